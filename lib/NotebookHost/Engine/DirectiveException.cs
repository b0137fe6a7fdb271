namespace NotebookHost.Engine;

/// <summary>A <c>#r</c> or <c>#load</c> line that cannot be followed; the message says why and what to do.</summary>
internal sealed class DirectiveException(string message) : Exception(message);
