using System.Net;
using ColorCode;

namespace NotebookHost.Publishing;

/// <summary>Code with its words marked by class, so that the style sheet colours it for light and dark.</summary>
internal static class CodeHtml
{
    private static readonly CSharpCells s_cells = new();

    /// <summary>The code in a <c>pre</c>; in a language unknown to the highlighter it is plain.</summary>
    public static string Of(string code, string language)
    {
        var known = language.ToLowerInvariant() is "c#" or "csharp" or "cs" ? s_cells : Languages.FindById(language);
        // The formatter wraps what it marks in <div class="language"><pre>.
        return known is null ? $"<pre>{WebUtility.HtmlEncode(code)}</pre>" : new HtmlClassFormatter().GetHtmlString(code, known);
    }
}
