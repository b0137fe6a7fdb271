namespace NotebookHost.Jupyter;

/// <summary>The kernel cannot start, or a kernelspec cannot be written. The message says what was given and what would do.</summary>
internal sealed class KernelException(string message) : Exception(message);
