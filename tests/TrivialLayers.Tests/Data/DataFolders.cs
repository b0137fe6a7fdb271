using System.Runtime.CompilerServices;
using TrivialLayers.Data;

namespace TrivialLayers.Tests.Data;

/// <summary>Where tests find the data sets that are not part of the repository.</summary>
internal static class DataFolders
{
    private const string DebianDatasets = "/usr/share/datasets";

    public static string OfficialFashionMnist => Path.Combine(DebianDatasets, "fashion-mnist");

    /// <summary>Adds the folder of shared data beside the repository to what <see cref="Datasets"/> searches.</summary>
    [ModuleInitializer]
    internal static void AddSharedData()
    {
        var data = Datasets.Folders().LastOrDefault(folder => Path.GetFileName(folder) == "data");
        var shared = data is null ? null : Path.GetFullPath(Path.Combine(data, "..", "..", "shared", "data"));
        if (!Directory.Exists(shared))
            return;
        var named = Environment.GetEnvironmentVariable(Datasets.FolderVariable);
        Environment.SetEnvironmentVariable(Datasets.FolderVariable, string.IsNullOrEmpty(named) ? shared : named + Path.PathSeparator + shared);
    }

    public static bool Has(string folder) => Datasets.Folders().Any(path => Directory.Exists(Path.Combine(path, folder)));

    public static void NeedCifar10() => Assert.SkipUnless(Has("cifar-10-batches-bin"), "CIFAR-10 is not at hand: see data/README.md");

    public static void NeedOfficialFashionMnist() =>
        Assert.SkipUnless(Directory.Exists(OfficialFashionMnist), "the official Fashion-MNIST files (Debian: dataset-fashion-mnist) are not at hand");
}
