namespace NotebookHost.Engine;

/// <summary>A value whose text is content of one MIME type, to be shown as it is.</summary>
internal interface IFormattedText
{
    /// <summary>The MIME type.</summary>
    string MimeType { get; }
}
