using NotebookHost.Engine;

namespace Microsoft.DotNet.Interactive.Formatting;

/// <summary>LaTeX, to be set by the reader of the notebook. The name is .NET Interactive's; the version of its formatters used here lacks the type.</summary>
/// <param name="latexCode">The code, with its own <c>$</c> or environments.</param>
public sealed class LaTeXString(string latexCode) : IFormattedText
{
    /// <summary>Marks a text as LaTeX.</summary>
    /// <param name="source">The code.</param>
    public static implicit operator LaTeXString(string source) => new(source);

    string IFormattedText.MimeType => "text/latex";

    /// <inheritdoc/>
    public override string ToString() => latexCode;
}
