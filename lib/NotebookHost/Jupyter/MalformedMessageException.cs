namespace NotebookHost.Jupyter;

/// <summary>What came over the wire is no message of this connection; it is dropped.</summary>
internal sealed class MalformedMessageException(string message) : Exception(message);
