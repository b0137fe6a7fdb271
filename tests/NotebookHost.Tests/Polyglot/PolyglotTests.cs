using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookHost.Notebook;
using NotebookHost.Tests.Running;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Polyglot;

/// <summary>Notebooks of this repository in .NET Interactive, on a machine that is set to German.</summary>
[Collection(TorchCollection.Name)]
[Trait("Category", "Polyglot")]
public sealed partial class PolyglotTests : IDisposable
{
    private static readonly string s_notebooks = Path.Combine(RepositoryRoot.Path, "notebooks");

    private readonly string _folder = Directory.CreateTempSubdirectory("polyglot-").FullName;

    public PolyglotTests() => Assert.SkipUnless(InteractiveTool.Program is not null, $"{InteractiveTool.Variable} names no program: .NET Interactive is not at hand.");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("00-start-here")]
    [InlineData("03-zero-each-layer")]
    [InlineData("07-joint-zeroing")]
    [InlineData("10-summary")]
    public async Task Every_cell_runs_and_shows_numbers_as_everywhere(string name)
    {
        await using var tool = await Start();
        var document = NotebookDocument.Load(Path.Combine(s_notebooks, name + ".ipynb"));
        var charts = 0;
        foreach (var cell in document.Cells.OfType<CodeCell>())
        {
            var events = await tool.Submit(cell.Tags.Contains("parameters") ? cell.Source + "\nsmoke = true; dataset = \"fashion-mnist-sample\";" : cell.Source);
            Assert.True(InteractiveTool.Type(events[^1]) == "CommandSucceeded", $"{cell.Id}: {events[^1]["event"]!["message"]}\n{string.Concat(events.Select(happened => happened["event"]?["message"]))}");
            Assert.DoesNotContain("ErrorProduced", events.Select(InteractiveTool.Type));
            foreach (var (type, text) in Shown(events))
            {
                Assert.NotEqual("<null>", text.Trim());
                if (type == "application/vnd.plotly.v1+json")
                    Assert.NotEmpty(JsonNode.Parse(text)!["data"]!.AsArray());
                else if (type != "image/png")
                    Assert.DoesNotMatch(GermanDecimals(), text);
                charts += type == "application/vnd.plotly.v1+json" ? 1 : 0;
            }
        }

        Assert.True(charts > 0);
    }

    /// <summary>Stop ends the cell there; what runs on below it must hear of that too.</summary>
    [Fact]
    public async Task Stop_ends_the_work_that_shows_its_progress()
    {
        await using var tool = await Start();
        Assert.Equal("CommandSucceeded", InteractiveTool.Type((await tool.Submit("#load \"setup.csx\""))[^1]));
        var ended = Path.Combine(_folder, "ended");
        await tool.SubmitAndStop($$"""
            using System.IO;
            var progress = TrivialLayers.Progress.Live();
            Console.WriteLine("begun");
            progress.Token.WaitHandle.WaitOne(TimeSpan.FromMinutes(2));
            File.WriteAllText(@"{{ended}}", progress.Token.IsCancellationRequested ? "stopped" : "went on");
            """);
        for (var tries = 0; tries < 100 && !File.Exists(ended); tries++)
            await Task.Delay(100, TestContext.Current.CancellationToken);

        Assert.True(File.Exists(ended), "The work goes on unseen.");
        Assert.Equal("stopped", File.ReadAllText(ended));
    }

    /// <summary>The cells below would otherwise be compiled against a second set of this library's types: setup.csx names every assembly that such a package brings again.</summary>
    [Theory]
    [InlineData("MathNet.Numerics, 5.0.0")]
    [InlineData("Microsoft.Data.Analysis, 0.23.1")]
    [InlineData("Plotly.NET.Interactive, 6.0.0")]
    public async Task A_package_that_the_library_uses_too_leaves_the_variables_above_it_as_they_are(string package)
    {
        await using var tool = await Start();
        string[] cells =
        [
            "#load \"setup.csx\"\nusing TrivialLayers;",
            "var data = Profile.Quick.Load();",
            $"#r \"nuget: {package}\"",
            "ImageSet test = data.Test;\nResNet.ForSmallImages(8, 4, data.Classes.Count, data.Channels).Layers.Count",
        ];
        foreach (var cell in cells)
        {
            var events = await tool.Submit(cell);
            Assert.True(InteractiveTool.Type(events[^1]) == "CommandSucceeded", $"{cell}: {string.Concat(events.Select(happened => happened["event"]?["message"]))}");
        }
    }

    private Task<InteractiveTool> Start() => InteractiveTool.Start(s_notebooks, ("TRIVIAL_LAYERS_RUNS", Environment.GetEnvironmentVariable("TRIVIAL_LAYERS_RUNS") is { Length: > 0 } runs ? runs : _folder));

    private static IEnumerable<(string Type, string Text)> Shown(IEnumerable<JsonObject> events) => events
        .SelectMany(happened => happened["event"]?["formattedValues"] as JsonArray ?? [])
        .Select(value => ((string)value!["mimeType"]!, (string)value["value"]!));

    /// <summary>Digits, a comma and one or two more: 90,00 for 90.00. Thousands have three.</summary>
    [GeneratedRegex(@"\d,\d{1,2}(?![\d,])")]
    private static partial Regex GermanDecimals();
}
