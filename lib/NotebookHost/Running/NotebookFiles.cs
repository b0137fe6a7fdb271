namespace NotebookHost.Running;

/// <summary>The notebooks that a command line names.</summary>
internal static class NotebookFiles
{
    /// <summary>The files themselves, and of each folder its notebooks by name; folders within folders are not searched.</summary>
    /// <returns>Full paths in the order given.</returns>
    /// <exception cref="RunException">Something is not there, not a notebook, or two would be written to the same name.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> filesOrFolders)
    {
        var found = filesOrFolders.SelectMany(Find).Distinct().ToList();
        foreach (var same in found.GroupBy(path => Path.GetFileNameWithoutExtension(path), StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            throw new RunException($"Two notebooks have the same name and would overwrite each other: {string.Join(" and ", same)}. Run them one at a time, into different folders.");
        return found;
    }

    private static IEnumerable<string> Find(string given)
    {
        var path = Path.GetFullPath(given);
        if (File.Exists(path))
        {
            return path.EndsWith(".ipynb", StringComparison.OrdinalIgnoreCase)
                ? [path]
                : throw new RunException($"{given} is not a notebook: its name does not end in .ipynb.");
        }
        if (!Directory.Exists(path))
            throw new RunException($"There is no file or folder {path}.");
        var inside = Directory.GetFiles(path, "*.ipynb").Order(StringComparer.Ordinal).ToList();
        return inside.Count > 0 ? inside : throw new RunException($"The folder {path} contains no notebooks (*.ipynb).");
    }
}
