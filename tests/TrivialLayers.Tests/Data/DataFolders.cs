using System.Runtime.CompilerServices;

namespace TrivialLayers.Tests;

/// <summary>Where tests find the data sets that are not part of the repository.</summary>
internal static class DataFolders
{
    private const string DebianDatasets = "/usr/share/datasets";

    public static string OfficialFashionMnist => Path.Combine(DebianDatasets, "fashion-mnist");

    /// <summary>Adds the folder of shared data beside the repository, and Debian's, to what <see cref="Datasets"/> searches.</summary>
    [ModuleInitializer]
    internal static void AddSharedData()
    {
        var data = Datasets.Folders().LastOrDefault(folder => Path.GetFileName(folder) == "data");
        string?[] folders = [Environment.GetEnvironmentVariable(Datasets.FolderVariable), data is null ? null : Path.GetFullPath(Path.Combine(data, "..", "..", "shared", "data")), DebianDatasets];
        Environment.SetEnvironmentVariable(Datasets.FolderVariable, string.Join(Path.PathSeparator, folders.Where(folder => !string.IsNullOrEmpty(folder))));
    }

    public static bool Has(string folder) => Datasets.Folders().Any(path => Directory.Exists(Path.Combine(path, folder)));

    /// <summary>Loads a data set that may not be at hand; without it the test is skipped.</summary>
    public static DataSplit Load(string name)
    {
        Assert.SkipUnless(Has(name == "cifar-10" ? "cifar-10-batches-bin" : name), $"{name} is not at hand: see data/README.md");
        return Datasets.Load(name);
    }

    public static void NeedOfficialFashionMnist() =>
        Assert.SkipUnless(Directory.Exists(OfficialFashionMnist), "the official Fashion-MNIST files (Debian: dataset-fashion-mnist) are not at hand");
}
