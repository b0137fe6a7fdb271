using NotebookHost.Engine;

namespace Microsoft.DotNet.Interactive.Formatting;

/// <summary>A script for the reader of the notebook to run. Pages of this host hold no scripts of notebooks and leave it out.</summary>
/// <param name="content">The script.</param>
public sealed class JavaScript(string content) : IFormattedText
{
    string IFormattedText.MimeType => "text/html";

    /// <inheritdoc/>
    public override string ToString() => $"<script type=\"text/javascript\">{content}</script>";
}
