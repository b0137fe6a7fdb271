using NotebookHost.Engine;

namespace Microsoft.DotNet.Interactive.Formatting;

/// <summary>A formula in LaTeX, on a line of its own. The name is .NET Interactive's.</summary>
/// <param name="latexCode">The formula; <c>$$</c> around it is put there where it is missing.</param>
public sealed class MathString(string latexCode) : IFormattedText
{
    private const string Delimiter = "$$";

    /// <summary>Marks a text as a formula.</summary>
    /// <param name="source">The formula.</param>
    public static implicit operator MathString(string source) => new(source);

    string IFormattedText.MimeType => "text/latex";

    /// <inheritdoc/>
    public override string ToString() => (latexCode.StartsWith(Delimiter, StringComparison.Ordinal) ? "" : Delimiter)
        + latexCode
        + (latexCode.EndsWith(Delimiter, StringComparison.Ordinal) ? "" : Delimiter);
}
