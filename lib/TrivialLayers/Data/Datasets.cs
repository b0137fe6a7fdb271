using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// The data sets this kit knows, each loaded by its name. A <em>data folder</em> is one that <c>$TRIVIAL_LAYERS_DATA</c> names, or the nearest folder <c>data</c> in or above the folder of the
/// library, and the nearest in or above the current folder. They are searched in this order.
/// </summary>
public static class Datasets
{
    /// <summary>The environment variable that names further data folders, separated as in PATH.</summary>
    internal const string FolderVariable = "TRIVIAL_LAYERS_DATA";

    /// <summary>The names that <see cref="Load"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. DatasetCatalog.Default.Datasets.Select(entry => entry.Name)];

    /// <summary>
    /// Loads a data set into memory, checked against the lengths and checksums in <c>data/datasets.json</c>. It is looked for in the
    /// data folders.
    /// </summary>
    /// <param name="name">"fashion-mnist-sample" (comes with the repository), "fashion-mnist", "cifar-10" or "cifar-100" (fine labels).</param>
    /// <param name="seed">Chooses which tenth of the training images, the same share of each class, becomes <see cref="DataSplit.Validation"/>.</param>
    /// <returns>Training, validation and test images on the CPU, normalised by the statistics of the training images that remain.</returns>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    /// <exception cref="FileNotFoundException">The data set is not there; the message says where it was looked for and how to get it.</exception>
    /// <exception cref="LibTorchNotLoadedException">libtorch could not be loaded.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or not the official one; the message names file, place, what was expected and found.</exception>
    public static DataSplit Load(string name, long seed = 0)
    {
        var entry = EntryOf(name);
        LibTorch.Demand();
        return LoadFrom(entry, Folders(), seed);
    }

    /// <summary>
    /// Downloads a data set from its official address into the last data folder, where <see cref="Load"/> finds it; one that is whole, there or in another, is
    /// left alone. An interrupted download resumes, also in a later call. Lengths and checksums are compared with <c>data/datasets.json</c> before anything is put in its place.
    /// Of several processes that ask at once, one downloads and the others wait.
    /// </summary>
    /// <param name="name">A name that <see cref="Load"/> takes.</param>
    /// <param name="progress">Told about kilobytes done.</param>
    /// <param name="cancellationToken">Ends the download; what came is kept for the next call.</param>
    /// <exception cref="ArgumentException">The name is unknown, or the data set comes with the repository and has no address.</exception>
    /// <exception cref="InvalidDataException">The server or the archive gave something else than expected, or <c>$TRIVIAL_LAYERS_DATA</c> holds a damaged one; nothing was put in place.</exception>
    /// <exception cref="IOException">The network or the disk failed, or there is no data folder; nothing was put in place.</exception>
    /// <exception cref="OperationCanceledException">The download was cancelled.</exception>
    public static async Task Fetch(string name, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        var entry = EntryOf(name);
        if (entry.Downloads.Count == 0)
            throw new ArgumentException($"\"{name}\" cannot be downloaded: it comes with the repository, in data/{entry.Folder}. Restore that folder from it.", nameof(name));
        var folders = Folders();
        if (folders.Count == 0)
            throw new DirectoryNotFoundException($"There is no data folder to download to: no folder named data in or above the program's folder or the current folder. Create one, or name one in the environment variable {FolderVariable}.");
        if (folders.SkipLast(1).Select(folder => new DatasetFolder(entry, Path.Combine(folder, entry.Folder))).FirstOrDefault(folder => folder.Missing().Count == 0) is { } found)
        {
            found.Check(); // this one would be loaded
            return;
        }

        using var handler = new SocketsHttpHandler { MaxAutomaticRedirections = 10 };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        var download = new Download(client, patience: TimeSpan.FromSeconds(60), pause: TimeSpan.FromSeconds(2));
        await new DatasetFetch(entry, folders[^1], download, Console.Error.WriteLine).Run(progress, cancellationToken).ConfigureAwait(false);
    }

    private static DatasetEntry EntryOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return DatasetCatalog.Default.Datasets.FirstOrDefault(known => known.Name == name)
            ?? throw new ArgumentException($"There is no data set \"{name}\". Known: {string.Join(", ", Names)}.", nameof(name));
    }

    internal static DataSplit LoadFrom(DatasetEntry entry, IReadOnlyList<string> folders, long seed)
    {
        var folder = Find(entry, folders);
        var training = folder.Read("train");
        var labels = training.Labels();
        var (kept, held) = Stratified.Split(labels, entry.Classes.Count, seed);
        var test = folder.Read("test");

        using var scope = NewDisposeScope(); // frees what was made when a later part fails; the sets leave it by themselves
        var train = Make(entry, "training", training, labels, kept, null);
        return new DataSplit(
            entry.Name,
            train,
            Make(entry, "validation", training, labels, held, train),
            Make(entry, "test", test, test.Labels(), [.. Enumerable.Range(0, test.Count)], train));
    }

    /// <summary>The data folders, in the order in which they are searched.</summary>
    internal static IReadOnlyList<string> Folders()
    {
        var folders = new List<string>();
        var named = Environment.GetEnvironmentVariable(FolderVariable) ?? "";
        folders.AddRange(named.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        foreach (var start in new[] { LibraryFolder, Directory.GetCurrentDirectory() })
            if (NearestData(start) is { } data)
                folders.Add(data);
        return [.. folders.Select(Path.GetFullPath).Distinct()];
    }

    /// <summary>The folder of this assembly. In a notebook that is not the folder of the program.</summary>
    private static string LibraryFolder => Path.GetDirectoryName(typeof(Datasets).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;

    // Also where the file system does not care: a folder Data of source code is none.
    private static readonly EnumerationOptions s_justSo = new() { MatchCasing = MatchCasing.CaseSensitive };

    private static string? NearestData(string inside)
    {
        for (var folder = new DirectoryInfo(inside); folder is not null; folder = folder.Parent)
        {
            if (folder.EnumerateDirectories("data", s_justSo).FirstOrDefault() is { } data)
                return data.FullName;
        }

        return null;
    }

    private static DatasetFolder Find(DatasetEntry entry, IReadOnlyList<string> folders)
    {
        var lookedAt = new StringBuilder();
        foreach (var path in folders.Select(folder => Path.Combine(folder, entry.Folder)))
        {
            var folder = new DatasetFolder(entry, path);
            var missing = folder.Missing();
            if (missing.Count == 0)
                return folder;
            lookedAt.Append("  ").Append(path).AppendLine(Directory.Exists(path) ? $" (without {string.Join(", ", missing)})" : " (no such folder)");
        }
        throw new FileNotFoundException(HowToGet(entry, lookedAt.ToString(), folders));
    }

    private static string HowToGet(DatasetEntry entry, string lookedAt, IReadOnlyList<string> folders)
    {
        var target = folders.Count > 0 ? folders[^1] : "data";
        var steps = entry.Downloads.Select(file =>
            $"{Environment.NewLine}  download {file.Url} and {(file.UnpackTo == "." ? "unpack it in" : "put it, as it is, in")} {Path.GetFullPath(Path.Combine(target, file.UnpackTo))}");
        var how = entry.Downloads.Count == 0
            ? $"It comes with the repository, in data/{entry.Folder}: restore that folder from it."
            : $"To get it:{Environment.NewLine}  await Datasets.Fetch(\"{entry.Name}\"); in a cell, or by hand:{string.Concat(steps)}";
        return $"""
            The data set "{entry.Name}" ({entry.Title}) is not complete in any of:
            {(lookedAt.Length > 0 ? lookedAt.TrimEnd() : $"  (no data folder: no folder named data in or above the program's folder or the current folder)")}
            {how}
            Files somewhere else? Name the folder that contains "{entry.Folder}" in the environment variable {FolderVariable}.
            """;
    }

    private static ImageSet Make(DatasetEntry entry, string part, RawImages raw, long[] labels, int[] numbers, ImageSet? statistics)
    {
        var images = empty([numbers.Length, raw.Channels, raw.Height, raw.Width], ScalarType.Byte);
        NativeMemory.PreferLargePages(images.bytes);
        raw.CopyTo(images.bytes, numbers);
        return new ImageSet(
            $"{entry.Name} {part}", images, tensor(Array.ConvertAll(numbers, i => labels[i])), entry.Classes, statistics?.Mean, statistics?.Std);
    }
}
