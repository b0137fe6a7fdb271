using System.Text.RegularExpressions;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Running;

/// <summary>The cells of the README's cookbook run as they stand there, one after another, on few images.</summary>
[Trait("Category", "Slow")]
public sealed partial class CookbookTests : IDisposable
{
    private readonly NotebookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_cell_of_the_cookbook_runs()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "README.md"), TestContext.Current.CancellationToken);
        var cells = Cell().Matches(Section().Match(readme).Value).Select(match => match.Groups[1].Value).ToList();
        string[] tweaks = ["depth: 8, width: 32", ".Replace(\"layer2.1.conv1\"", "functional.elu", "Identity()", "class Tiny", "Zeroing.OfFilters", "Optimiser.AdamW", "Runs.GetOrMake", "ImageFolder.LoadSplit", "Measure.Of"];
        Assert.All(tweaks, tweak => Assert.Contains(cells, cell => cell.Contains(tweak, StringComparison.Ordinal)));
        _folder.Write("cookbook", [Setup(), .. cells]);

        var (exit, output, error) = await NotebookFolder.Run(_folder.Path, "--out", _folder.Out);

        Assert.True(exit == 0, output + error);
    }

    /// <summary>What a notebook's first cells do, with few images and pictures in the folder that the cookbook names.</summary>
    private static string Setup() => $$"""
        #load "{{Path.Combine(RepositoryRoot.Path, "notebooks", "setup.csx")}}"
        using TorchSharp;
        using TrivialLayers;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        Environment.SetEnvironmentVariable("TRIVIAL_LAYERS_RUNS", System.IO.Path.Combine(Environment.CurrentDirectory, "runs"));
        var all = Datasets.Load("fashion-mnist-sample");
        var data = new DataSplit("few", all.Train.Take(64, 0), all.Validation.Take(20, 0), all.Test.Take(40, 0));
        var stripes = new Dictionary<string, byte[]>   // 16 x 16 pixels, upright and lying
        {
            ["cats"] = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAGklEQVR42mNkYGBg+M/AwMAIpZkY0MDIEgAAHycCH/ejAhoAAAAASUVORK5CYII="),
            ["dogs"] = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAGElEQVR42mNgoBww/kcTYGIgWYBhkLgDABPpAg04hIuKAAAAAElFTkSuQmCC"),
        };
        foreach (var part in new[] { "train", "test" })
            foreach (var (name, picture) in stripes)
                for (var i = 0; i < 10; i++)
                {
                    var folder = System.IO.Directory.CreateDirectory(System.IO.Path.Combine("my-pictures", part, name)).FullName;
                    System.IO.File.WriteAllBytes(System.IO.Path.Combine(folder, $"{i}.png"), picture);
                }
        """;

    [GeneratedRegex(@"^## Cookbook\n.*?(?=^## )", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Cell();
}
