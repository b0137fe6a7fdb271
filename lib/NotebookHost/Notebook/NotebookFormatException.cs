namespace NotebookHost.Notebook;

/// <summary>A file is not a notebook of the format that is read here; the message names the file, the place in it, what was found and what was expected.</summary>
internal sealed class NotebookFormatException : Exception
{
    public NotebookFormatException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
