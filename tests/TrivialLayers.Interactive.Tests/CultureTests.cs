using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace TrivialLayers.Tests;

/// <summary>What the libraries show and write is the same in every country, to the byte, and is read in every country.</summary>
[Trait("Category", "Slow")]
public sealed class CultureTests : IDisposable
{
    private static readonly Lazy<(TemporaryFolder Folder, SortedDictionary<string, string> Found)> s_everywhere = new(() =>
    {
        var folder = new TemporaryFolder();
        return (folder, Cultures.Under(CultureInfo.InvariantCulture, () => SmallExperiment.In(folder.Path)));
    });

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [nameof(Cultures.German), nameof(Cultures.French), nameof(Cultures.Turkish), nameof(Cultures.Arabic), nameof(Cultures.Persian)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_experiment_calls_every_method_that_makes_a_table_a_figure_or_CSV()
    {
        var called = s_everywhere.Value.Found.Keys.Where(name => name.EndsWith(": text", StringComparison.Ordinal)).Select(name => name[..^": text".Length]).ToHashSet();
        Assert.NotEmpty(SmallExperiment.Makers);
        Assert.Empty(SmallExperiment.Makers.Except(called));
    }

    [Fact]
    public void The_cultures_do_write_numbers_in_ways_of_their_own()
    {
        foreach (var culture in Cultures.All)
            Assert.NotEqual(FormattableString.Invariant($"{-1234.5:N1}"), string.Create(culture, $"{-1234.5:N1}"));
        Assert.Equal("1.234,5", string.Create(Cultures.German, $"{1234.5:N1}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tables_figures_texts_and_files_are_the_same_to_the_byte(string name)
    {
        var expected = s_everywhere.Value.Found;
        var found = Cultures.Under(Of(name), () => SmallExperiment.In(_folder.Path));
        Assert.Equal(expected.Keys, found.Keys);
        Assert.Empty(expected.Where(entry => entry.Value != found[entry.Key]).Select(entry => $"{entry.Key}: {FirstDifference(entry.Value, found[entry.Key])}"));
    }

    [Theory]
    [InlineData(nameof(Cultures.German))]
    [InlineData(nameof(Cultures.Persian))]
    public void What_was_stored_elsewhere_is_found_and_read(string name)
    {
        var stored = s_everywhere.Value;
        var before = Files(stored.Folder.Path);
        Cultures.Under(Of(name), () => SmallExperiment.In(stored.Folder.Path));
        Assert.Equal(before.Where(file => Path.GetFileName(Path.GetDirectoryName(file.Path)) != "claims"), Files(stored.Folder.Path).Where(file => Path.GetFileName(Path.GetDirectoryName(file.Path)) != "claims"));
    }

    /// <summary>The other tests again, in a process that has the system's cultures.</summary>
    [Fact]
    public async Task So_it_is_under_the_cultures_of_the_system()
    {
        Assert.SkipWhen(Cultures.AreOfTheSystem, "This process has them.");
        var tests = typeof(CultureTests).Assembly.Location;
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(tests, ".runtimeconfig.json")))!;
        configuration["runtimeOptions"]!["configProperties"]!["System.Globalization.Invariant"] = false;
        var path = _folder.Write("system.runtimeconfig.json", System.Text.Encoding.UTF8.GetBytes(configuration.ToJsonString()));
        var start = new ProcessStartInfo("dotnet", ["exec", "--runtimeconfig", path, "--depsfile", Path.ChangeExtension(tests, ".deps.json"), tests, "-noLogo", "-noColor", "-class", typeof(CultureTests).FullName!])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen((await error).Contains("ICU", StringComparison.Ordinal), "This system has no tables of cultures (Debian's package libicu).");
        Assert.True(process.ExitCode == 0, await output + await error);
        Assert.Contains("Skipped: 1", await output, StringComparison.Ordinal);
    }

    private static CultureInfo Of(string name) => (CultureInfo)typeof(Cultures).GetProperty(name)!.GetValue(null)!;

    private static IEnumerable<(string Path, long Length, DateTime Written)> Files(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.Extension is ".json" or ".safetensors" or ".csv" && file.Name != "paper.csv").Select(file => (file.FullName, file.Length, file.LastWriteTimeUtc)).Order()];

    private static string FirstDifference(string expected, string found)
    {
        var at = expected.Zip(found).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"\"{Around(expected)}\" became \"{Around(found)}\"";

        string Around(string text) => text[Math.Max(0, at - 60)..Math.Min(text.Length, at + 60)];
    }
}
