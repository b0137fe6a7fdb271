namespace NotebookHost.Jupyter;

/// <summary>What came over the wire is not a message of this connection; it is dropped.</summary>
internal sealed class MalformedMessageException(string message) : Exception(message);
