using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>
/// A copy of a grid for reading: its list, its results, and its store. Of the store this host knows that a training's folder has a <c>run.json</c>, and in its folder <c>record</c> the same without weights;
/// all other folders but <c>locks</c> are copied as they are.
/// </summary>
internal static class GridCopy
{
    private const string Run = "run.json";
    private const string Record = "record";
    private const string Locks = "locks";

    /// <summary>Writes the copy; what is there of an earlier one is kept or replaced.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="withWeights">Whether training runs come with their weights, or only their records.</param>
    /// <returns>How many training runs were copied, and which were left out because they have no record.</returns>
    /// <exception cref="RunException">The folder is the grid's own, or holds another grid.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public static (int Copied, IReadOnlyList<string> Left) Write(GridFolder grid, string folder, bool withWeights)
    {
        var target = GridFolder.FullPathOf(folder);
        if (RealPath.Of(target) == RealPath.Of(grid.FullPath))
            throw new RunException($"{target} is the grid itself; name another folder.");
        var list = Path.Combine(grid.FullPath, GridFolder.PointsName);
        if (Path.Combine(target, GridFolder.PointsName) is var there && File.Exists(there) && !File.ReadAllBytes(there).SequenceEqual(File.ReadAllBytes(list)))
            throw new RunException($"{there} belongs to a different grid; name another folder.");
        foreach (var state in grid.States().Where(state => state.Result is not null))
        {
            CopyFile(grid.ExecutedOf(state.Point), InCopy(grid.ExecutedOf(state.Point)));
            CopyFile(grid.ResultOf(state.Point), InCopy(grid.ResultOf(state.Point)));
        }

        foreach (var file in Directory.GetFiles(grid.FullPath))
            CopyFile(file, InCopy(file));
        return CopyStore(grid.Runs, InCopy(grid.Runs), withWeights);

        string InCopy(string path) => Path.Combine(target, Path.GetRelativePath(grid.FullPath, path));
    }

    private static (int Copied, IReadOnlyList<string> Left) CopyStore(string store, string target, bool withWeights)
    {
        var (copied, left) = (0, new List<string>());
        string[] folders = Directory.Exists(store) ? Directory.GetDirectories(store) : [];
        foreach (var folder in folders.Order(StringComparer.Ordinal))
        {
            var (name, isRun) = (Path.GetFileName(folder), File.Exists(Path.Combine(folder, Run)));
            var source = isRun && !withWeights ? Path.Combine(folder, Record) : folder;
            if (name == Locks || (!isRun && IsUnfinished(folder)))
                continue;
            if (!Directory.Exists(source))
            {
                left.Add(name);
                continue;
            }

            copied += isRun ? 1 : 0;
            if (withWeights || !isRun || !File.Exists(Path.Combine(target, name, Run))) // one that came with its weights stays
                CopyFolder(source, Path.Combine(target, name));
        }

        return (copied, left);
    }

    /// <summary>Whether a training works in the folder, or was stopped: it keeps its state in a file like that of weights.</summary>
    private static bool IsUnfinished(string folder) => Directory.EnumerateFiles(folder, "*.safetensors").Any();

    /// <summary>Copies a folder, what says that it is whole last.</summary>
    private static void CopyFolder(string source, string target)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).OrderBy(file => Path.GetFileName(file) == Run))
            CopyFile(file, Path.Combine(target, Path.GetRelativePath(source, file)));
    }

    private static void CopyFile(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        AtomicFile.Copy(source, target);
    }
}
