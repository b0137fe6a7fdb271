namespace NotebookHost.Publishing;

/// <summary>A notebook without a page.</summary>
/// <param name="Title">Its title, or the name of its file.</param>
/// <param name="Reason">Why it has none, as half a sentence.</param>
internal sealed record MissingPage(string Title, string Reason);
