namespace NotebookHost.Grid;

/// <summary>Some points of a grid were submitted and the others could not be. The message says which, why, and what to do.</summary>
internal sealed class PartlySubmittedException(string message) : Exception(message);
