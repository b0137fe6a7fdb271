using System.Globalization;
using System.Text.Json.Nodes;
using AngleSharp.Html.Parser;
using NotebookHost.Notebook;
using NotebookHost.Publishing;
using NotebookHost.Tests.Jupyter;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Publishing;

/// <summary>This repository's notebooks as they are kept: with the outputs of just the code and the parameters that they show, so that whoever runs them again sees the same.</summary>
public sealed class KeptNotebooksTests
{
    public static TheoryData<string> Notebooks => [.. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "notebooks"), "*.ipynb").Select(file => Path.GetFileName(file)).Order()];

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void Each_has_the_outputs_of_its_code_with_its_own_parameters(string name)
    {
        var document = NotebookDocument.Load(PathOf(name));
        var run = document.Metadata["notebook_host"] as JsonObject;
        Assert.True(run is not null, $"{name} is kept without outputs.");

        Assert.Equal("succeeded", (string?)run["status"]);
        var declared = Assert.Single(document.Cells, cell => cell.Tags.Contains("parameters")).Source;
        Assert.All(run["parameters"]!.AsObject(), parameter => Assert.Equal(Value(parameter.Value!.ToJsonString()), Value(Declared(declared, parameter.Key))));
        Assert.False(new RunRecord(document).CodeChanged, $"The code of {name} is not that of its outputs. Make them anew: … run notebooks/{name} --in-place");
        var executions = document.Cells.OfType<CodeCell>().Select(cell => cell.ExecutionCount).ToList();
        Assert.Equal(Enumerable.Range(1, executions.Count).Cast<int?>(), executions);

        static string Declared(string cell, string name) => Assert.Single(cell.Split('\n'), line => line.StartsWith($"var {name} = ", StringComparison.Ordinal)).Split(" = ")[1].Split(';')[0];
        static object Value(string literal) => double.TryParse(literal, CultureInfo.InvariantCulture, out var number) ? number : literal;
    }

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void No_line_of_code_is_longer_than_a_hundred_characters(string name) =>
        Assert.DoesNotContain(NotebookDocument.Load(PathOf(name)).Cells.OfType<CodeCell>().SelectMany(cell => cell.Source.Split('\n')), line => line.Length > 100);

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void Each_ends_with_two_exercises(string name)
    {
        var last = NotebookDocument.Load(PathOf(name)).Cells[^1].Source;
        Assert.Contains("## Exercises", last, StringComparison.Ordinal);
        Assert.Equal(["1.", "2."], last.Split('\n').Where(line => line.Length > 2 && char.IsAsciiDigit(line[0])).Select(line => line[..2]));
    }

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void Each_is_small_and_its_charts_are_static_pictures_too(string name)
    {
        Assert.True(new FileInfo(PathOf(name)).Length < 1_500_000, $"{new FileInfo(PathOf(name)).Length} bytes");
        var bundles = Bundles(NotebookDocument.Load(PathOf(name))).ToList();
        Assert.All(bundles.Where(data => data.ContainsKey("application/vnd.plotly.v1+json")), data => Assert.True(data.ContainsKey("image/png")));
        // Readers take HTML where there is some, and clean it of pictures before a notebook is trusted.
        Assert.All(bundles.Where(data => data.ContainsKey("image/png")), data => Assert.False(data.ContainsKey("text/html")));
        Assert.DoesNotContain(bundles, data => data.ContainsKey("application/javascript") || data.ContainsKey("image/svg+xml"));
    }

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Notebooks))]
    public async Task Each_shows_its_pictures_in_a_reader_that_cleans_all_it_shows(string name)
    {
        using var jupyter = await JupyterClient.Create("nbconvert", "jupyter-nbconvert");
        var (exit, html) = await jupyter.Run("-m", "nbconvert", "--to", "html", "--HTMLExporter.sanitize_html=True", "--stdout", "--log-level=ERROR", PathOf(name));
        Assert.True(exit == 0, html);
        var figures = Bundles(NotebookDocument.Load(PathOf(name))).Count(data => data.ContainsKey("image/png"));
        var pictures = new HtmlParser().ParseDocument(html).QuerySelectorAll("img").Where(picture => picture.GetAttribute("src")!.StartsWith("data:image/png;base64,iVBOR", StringComparison.Ordinal)).ToList();
        Assert.Equal(figures, pictures.Count);
        Assert.All(pictures, picture => Assert.True(int.Parse(picture.GetAttribute("width")!, CultureInfo.InvariantCulture) > 200));
    }

    private static IEnumerable<JsonObject> Bundles(NotebookDocument document) => document.Cells.OfType<CodeCell>().SelectMany(cell => cell.Outputs)
        .Select(output => output switch { DisplayDataOutput shown => shown.Data, ExecuteResultOutput result => result.Data, _ => [] });

    private static string PathOf(string name) => Path.Combine(RepositoryRoot.Path, "notebooks", name);
}
