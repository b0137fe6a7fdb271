namespace TrivialLayers;

/// <summary>
/// Where things are made once and found from then on, each a file or a folder whose name holds its key: the user's own folder, and shipped ones that are only read. Of several processes that ask for
/// one thing, one makes it and the others wait; what is damaged is set aside and told.
/// </summary>
/// <param name="folder">Where new things go; made when the first one comes. Null to keep none.</param>
/// <param name="shipped">Folders to look in as well; never written to.</param>
/// <param name="report">Told in a sentence about what cannot be used. By default written to the error output.</param>
internal sealed class Shelf(string? folder, IEnumerable<string>? shipped, Action<string>? report)
{
    private const string Damaged = ".damaged";

    private readonly string? _folder = folder is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
    private readonly IReadOnlyList<string> _shipped = [.. shipped ?? []];

    /// <summary>Where new things go.</summary>
    /// <exception cref="InvalidOperationException">None are kept.</exception>
    public string Folder => _folder ?? throw new InvalidOperationException("This store has no folder of its own, so nothing can be saved.");

    /// <summary>Told in a sentence.</summary>
    public Action<string> Report { get; } = report ?? Console.Error.WriteLine;

    /// <summary>The files and folders of a name, the user's own first; without those that were set aside.</summary>
    /// <param name="pattern">A name, or a pattern with <c>*</c>.</param>
    public IEnumerable<string> Entries(string pattern) => (_folder is null ? _shipped : _shipped.Prepend(_folder))
        .Where(Directory.Exists)
        .SelectMany(place => Directory.GetFileSystemEntries(place, pattern).Order(StringComparer.Ordinal))
        .Where(path => !Path.GetFileName(path).Contains(Damaged, StringComparison.Ordinal));

    /// <summary>The first thing of a name that loads, or null; what is damaged is passed over in silence.</summary>
    /// <param name="pattern">See <see cref="Entries"/>.</param>
    /// <param name="load">Makes the thing of its path, or null where it is another one.</param>
    public T? Find<T>(string pattern, Func<string, T?> load)
        where T : class => Find(pattern, load, (_, _) => { });

    /// <summary>The first thing of a name that loads; where there is none, <paramref name="make"/> makes and stores it, while no other process does.</summary>
    /// <param name="key">What others that make the same thing wait by, as part of a file name.</param>
    /// <param name="pattern">See <see cref="Entries"/>.</param>
    /// <param name="work">What others may be doing meanwhile, as in "The run 9f86 is being trained".</param>
    /// <param name="load">Makes the thing of its path, or null where it is another one.</param>
    /// <param name="make">Makes it.</param>
    /// <param name="cancellationToken">Ends the wait for another process.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public T GetOrMake<T>(string key, string pattern, string work, Func<string, T?> load, Func<T> make, CancellationToken cancellationToken)
        where T : class
    {
        if (Find(pattern, load) is { } known)
            return known;
        if (_folder is null)
            return make();
        using var turn = Turn.Take(Path.Combine(_folder, "locks", key + ".lock"), work, Report, cancellationToken);
        AtomicFile.DeleteLeftovers(_folder, pattern);
        return Find(pattern, load, SetAside) ?? make();
    }

    /// <summary>Renames what cannot be used, where it is the user's own, and says so.</summary>
    public void SetAside(string path, string reason)
    {
        if (Path.GetDirectoryName(path) != _folder)
        {
            Report($"The shipped {path} was ignored: {reason}");
            return;
        }

        var aside = AtomicFile.FreeName(path + Damaged);
        if (Directory.Exists(path))
            Directory.Move(path, aside);
        else
            File.Move(path, aside);
        Report($"{path} cannot be used and is now {aside}: {reason}");
    }

    private T? Find<T>(string pattern, Func<string, T?> load, Action<string, string> unusable)
        where T : class
    {
        foreach (var path in Entries(pattern).ToList())
        {
            try
            {
                if (load(path) is { } found)
                    return found;
            }
            catch (Exception error) when (error is InvalidDataException or FileNotFoundException or ArgumentException)
            {
                unusable(path, error.Message);
            }
        }

        return null;
    }
}
