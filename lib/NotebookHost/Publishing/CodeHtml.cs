using System.Net;
using ColorCode;

namespace NotebookHost.Publishing;

/// <summary>Code with its words marked by class, so that the style sheet colours it for light and dark.</summary>
internal static class CodeHtml
{
    private static readonly CSharpCells Cells = new();

    /// <summary>The code in a box; in a language unknown to the highlighter it is plain.</summary>
    public static string Of(string code, string language)
    {
        var known = language.ToLowerInvariant() is "c#" or "csharp" or "cs" ? Cells : language.Length > 0 ? Languages.FindById(language) : null;
        return $"<div class=\"code\">{(known is null ? $"<pre>{WebUtility.HtmlEncode(code)}</pre>" : new HtmlClassFormatter().GetHtmlString(code, known))}</div>";
    }
}
