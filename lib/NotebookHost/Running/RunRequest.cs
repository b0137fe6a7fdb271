namespace NotebookHost.Running;

/// <summary>What <c>run</c> was asked to do.</summary>
/// <param name="FilesOrFolders">The notebooks, or folders of them.</param>
/// <param name="Out">Where the executed copies and their reports go; <c>null</c> to write into the notebooks themselves.</param>
/// <param name="Parameters">Name → value as typed.</param>
/// <param name="Timeout">How long each notebook may take, or <c>null</c>.</param>
internal sealed record RunRequest(IReadOnlyList<string> FilesOrFolders, string? Out, IReadOnlyDictionary<string, string> Parameters, TimeSpan? Timeout);
