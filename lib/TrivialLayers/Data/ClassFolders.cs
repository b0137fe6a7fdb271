namespace TrivialLayers;

/// <summary>
/// The pictures below a folder with a subfolder for each class. What counts is what torchvision's <c>ImageFolder</c> counts, in its order: the file endings it
/// knows, at any depth, links followed. But hidden folders, whose names begin with a dot, hold no pictures.
/// </summary>
internal sealed class ClassFolders
{
    /// <summary>The endings of picture files, torchvision's.</summary>
    public static readonly IReadOnlyList<string> Endings = [".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"];

    private const int Named = 5;

    private readonly string _folder;
    private readonly List<string> _leftOut = [];
    private readonly List<string> _hidden = [];
    private readonly List<(string Path, int Label)> _files = [];

    private ClassFolders(string folder) => _folder = folder;

    /// <summary>The class names: the folders of the first level, in Python's order.</summary>
    public IReadOnlyList<string> Classes { get; private set; } = [];

    /// <summary>Path and class of each picture, class by class, folder by folder, in Python's order.</summary>
    public IReadOnlyList<(string Path, int Label)> Files => _files;

    /// <summary>Looks for classes and pictures.</summary>
    /// <param name="folder">The folder of the class folders.</param>
    /// <param name="report">Told in a sentence what was left out, when something was.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or none in it.</exception>
    /// <exception cref="InvalidDataException">A class has no pictures, or links go in a circle.</exception>
    public static ClassFolders Find(string folder, Action<string> report)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder {Path.GetFullPath(folder)}; expected one with a subfolder of images for each class.");
        var found = new ClassFolders(folder);
        found.Look();
        if (found.AnyLeftOut)
            report(found.LeftOut());
        return found;
    }

    private void Look()
    {
        _leftOut.AddRange(NamesOf(Directory.EnumerateFiles(_folder)));
        Classes = [.. FoldersIn("").Order(PythonOrder.Instance)];
        if (Classes.Count == 0)
            throw new DirectoryNotFoundException($"{Path.GetFullPath(_folder)} has no subfolders; expected one for each class, with its images.");
        foreach (var (label, name) in Classes.Index())
        {
            var before = _files.Count;
            foreach (var inside in Tree(name, [Path.GetFullPath(_folder)]).Order(PythonOrder.Instance).ToList())
                foreach (var file in NamesOf(Directory.EnumerateFiles(Path.Combine(_folder, inside))).Order(PythonOrder.Instance))
                {
                    if (Endings.Contains(Path.GetExtension(file).ToLowerInvariant()))
                        _files.Add((Path.Combine(_folder, inside, file), label));
                    else
                        _leftOut.Add($"{inside}/{file}");
                }

            if (_files.Count == before)
                throw new InvalidDataException($"{Path.Combine(_folder, name)} contains no images ({string.Join(", ", Endings)}).{(AnyLeftOut ? $" {LeftOut()}" : "")}");
        }
    }

    /// <summary>A folder and all below it, by their paths from the outermost one, with slashes on every system.</summary>
    /// <param name="inside">The folder's path.</param>
    /// <param name="above">Where the folders that hold it really are.</param>
    private IEnumerable<string> Tree(string inside, IReadOnlyList<string> above)
    {
        var folder = new DirectoryInfo(Path.Combine(_folder, inside));
        var real = folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.Combine(above[^1], folder.Name);
        return above.Contains(real)
            ? throw new InvalidDataException($"{folder} is a link to {real}, a folder that contains it: remove the link.")
            : FoldersIn(inside).SelectMany(name => Tree($"{inside}/{name}", [.. above, real])).Prepend(inside);
    }

    /// <summary>The names of the folders in one; hidden ones are remembered and not among them.</summary>
    private List<string> FoldersIn(string inside)
    {
        var names = NamesOf(Directory.EnumerateDirectories(Path.Combine(_folder, inside))).ToLookup(name => name.StartsWith('.'));
        _hidden.AddRange(names[true].Select(name => inside.Length == 0 ? name : $"{inside}/{name}"));
        return [.. names[false]];
    }

    private bool AnyLeftOut => _leftOut.Count + _hidden.Count > 0;

    private string LeftOut()
    {
        var what = new List<string>();
        if (_leftOut.Count > 0)
        {
            var kinds = _leftOut.CountBy(name => Path.GetExtension(name).ToLowerInvariant()).OrderBy(kind => kind.Key, StringComparer.Ordinal)
                .Select(kind => $"{(kind.Key.Length > 0 ? kind.Key : "no ending")}: {kind.Value}");
            var all = _leftOut.Count + _files.Count;
            what.Add($"{_leftOut.Count} of {all} files, in no class folder or without the file ending of an image ({string.Join(", ", kinds)}): {List(_leftOut)}");
        }

        if (_hidden.Count > 0)
            what.Add($"{_hidden.Count} hidden folder{(_hidden.Count > 1 ? "s" : "")}: {List(_hidden)}");
        return $"{_folder}: left out {string.Join("; and ", what)}.";
    }

    private static string List(List<string> names)
    {
        var shown = string.Join(", ", names.Order(PythonOrder.Instance).Take(Named));
        return names.Count > Named ? $"{shown} and {names.Count - Named} more" : shown;
    }

    private static IEnumerable<string> NamesOf(IEnumerable<string> paths) => paths.Select(path => Path.GetFileName(path));

    /// <summary>Text by its code points, as Python sorts it; ordinal order, by UTF-16 units, has what is beyond U+FFFF before U+E000.</summary>
    private sealed class PythonOrder : IComparer<string>
    {
        public static readonly PythonOrder Instance = new();

        public int Compare(string? x, string? y)
        {
            using var left = x!.EnumerateRunes().GetEnumerator();
            using var right = y!.EnumerateRunes().GetEnumerator();
            while (true)
            {
                var (more, others) = (left.MoveNext(), right.MoveNext());
                if (!more || !others)
                    return more.CompareTo(others);
                if (left.Current.CompareTo(right.Current) is not 0 and var order)
                    return order;
            }
        }
    }
}
