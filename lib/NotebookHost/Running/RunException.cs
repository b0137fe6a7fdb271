namespace NotebookHost.Running;

/// <summary>What the user asked for cannot be done; nothing was run. The message says what was given and what would do.</summary>
internal sealed class RunException(string message) : Exception(message);
