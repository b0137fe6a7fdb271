using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace NotebookHost.Engine;

/// <summary>Finds the files named by <c>#load</c>: relative to the file that loads them, or to the notebook's folder when a cell does.</summary>
internal sealed class CellSources(string notebookFolder) : SourceReferenceResolver
{
    private readonly ConcurrentDictionary<string, string> _imported = [];

    /// <summary>The folder from which a cell (whose path is no file's) or a loaded file names others.</summary>
    public string FolderOf(string? basePath) =>
        basePath is null ? notebookFolder
        : Path.IsPathRooted(basePath) ? Path.GetDirectoryName(basePath)!
        : _imported.GetValueOrDefault(basePath, notebookFolder);

    /// <summary>Says that code of that name comes from a file in the folder.</summary>
    public void Import(string name, string folder) => _imported[name] = folder;

    public override string? ResolveReference(string path, string? baseFilePath)
    {
        var full = Path.GetFullPath(path, FolderOf(baseFilePath));
        return File.Exists(full) ? full : null;
    }

    public override string? NormalizePath(string path, string? baseFilePath) => path;

    public override Stream OpenRead(string resolvedPath) => File.OpenRead(resolvedPath);

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(notebookFolder);
}
