using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive.Formatting;

namespace TrivialLayers.Tests;

public sealed class NotebookDisplayTests
{
    private static readonly Sweep Sweep = HandMadeSweep.Small();

    public NotebookDisplayTests() => NotebookDisplay.Register();

    [Fact]
    public void A_chart_is_shown_for_plotly_as_a_picture_and_as_text_and_never_as_HTML()
    {
        var figure = SweepFigures.ByLayer(Sweep);
        Assert.Equal(["application/vnd.plotly.v1+json", "image/png", "text/plain"], MimeTypesOf(figure));
        Assert.NotEmpty(JsonNode.Parse(figure.ToDisplayString("application/vnd.plotly.v1+json"))!["data"]!.AsArray());
        Assert.Equal(figure.Png, Convert.FromBase64String(figure.ToDisplayString("image/png")));
        Assert.Equal($"{figure.Title}. {figure.Caption}", figure.ToDisplayString("text/plain"));
    }

    [Fact]
    public void A_figure_of_pictures_claims_nothing_for_plotly()
    {
        using var images = SmallData.Images("bars", 6, 5);
        Figure figure = ImageFigures.Images(images);
        Assert.Null(figure.PlotlyJson);
        Assert.Equal(["image/png", "text/plain"], MimeTypesOf(figure));
        Assert.Equal(figure.Png, Convert.FromBase64String(figure.ToDisplayString("image/png")));
        Assert.StartsWith(figure.Title, figure.ToDisplayString("text/plain"), StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_of_layers_are_tables_whatever_kind_of_list_they_are()
    {
        using var network = ResNet.ForSmallImages(8, 4, 3, 1);
        foreach (object list in new object[] { network.Layers, network.Layers.ToList(), network.Layers.ToArray(), network.Layers.Where(layer => layer.Stride > 0) })
        {
            Assert.Equal(["text/html", "text/plain"], MimeTypesOf(list));
            Assert.Equal(network.Layers.Count, BodyRows(list.ToDisplayString("text/html")));
            Assert.StartsWith("layer  ", list.ToDisplayString("text/plain"), StringComparison.Ordinal);
        }

        Assert.Equal(2, BodyRows(Sweep.Targets.Where(layer => layer.Verdict == Verdict.NonTrivial).ToDisplayString("text/html")));
        Assert.Equal(3, BodyRows(SmallUnits.All.ToDisplayString("text/html")));
        Assert.Equal(7, BodyRows(Claims.All.ToDisplayString("text/html")));
        Assert.Equal(1, BodyRows(Sweep.Targets[0].ToDisplayString("text/html")));
        Assert.Equal(1, BodyRows(network.Layers[0].ToDisplayString("text/html")));
    }

    [Fact]
    public void Networks_sweeps_matrices_and_distances_are_a_line_and_a_table()
    {
        using var network = ResNet.ForSmallImages(8, 4, 3, 1);
        var shown = new (object Value, string Line, int Rows)[]
        {
            (network, "ResNet-8 (width 4): ", 9),
            (Sweep, "Net on hand-made: baseline 90.00 %, 4 layers", 4),
            (Sweep.Baseline.Confusion!, "900 of 1000 right, 2 classes", 2),
            (SmallUnits.Measured(), "ResNet-8 (width 4): ‖unit output", 9),
        };
        foreach (var (value, line, rows) in shown)
        {
            Assert.Equal(["text/html", "text/plain"], MimeTypesOf(value));
            Assert.Equal(rows, BodyRows(value.ToDisplayString("text/html")));
            Assert.Contains($"<p>{line}", value.ToDisplayString("text/html"), StringComparison.Ordinal);
            Assert.StartsWith(line, value.ToDisplayString("text/plain"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_table_has_its_numbers_to_the_right_with_a_true_minus()
    {
        var html = XElement.Parse(Sweep.ToTable().ToDisplayString("text/html"));
        var rows = html.Element("tbody")!.Elements("tr").Select(row => row.Elements("td").ToList()).ToList();
        var cells = rows[0];
        Assert.Equal(("conv1", "text-align:left"), (cells[0].Value, (string?)cells[0].Attribute("style")));
        Assert.Equal(("2,304", "text-align:right"), (cells[7].Value, (string?)cells[7].Attribute("style")));
        Assert.Equal("22.00", cells[8].Value);
        Assert.Equal(Sweep.Targets[1].Interval.ToString(2).Replace('-', '−'), $"[{rows[1][10].Value}, {rows[1][11].Value}]");
        Assert.StartsWith("−", rows[1][10].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Small_values_are_a_line_of_text()
    {
        using var images = SmallData.Images("bars", 6, 5);
        var shown = new (object Value, string Text)[]
        {
            (new Interval(-0.126, 0.5, 0.9976), "[-0.13, 0.50] (99.76 % interval)"),
            (new AgreementTest(0.314, new Interval(0.1, 0.5, 0.95), 0.0123, 3), "0.31 [0.10, 0.50] (95 % interval), permutation p = 0.0123, 3 networks"),
            (Margin.Default, "1 point"),
            (Sweep.Baseline, $"{Sweep.Baseline.Outcomes}, cross-entropy 0.2500 nats"),
            (Sweep.Baseline.Outcomes!, Sweep.Baseline.Outcomes!.ToString()),
            (images, images.ToString()),
        };
        foreach (var (value, text) in shown)
        {
            Assert.Equal(["text/plain"], MimeTypesOf(value));
            Assert.Equal(text, value.ToDisplayString("text/plain"));
        }
    }

    [Fact]
    public void What_plotly_is_given_holds_the_caption_and_the_table_for_a_page()
    {
        var figure = SweepFigures.Confusion(Sweep, "conv1");
        var meta = JsonNode.Parse(figure.PlotlyJson!)!["layout"]!["meta"]!;
        Assert.Equal(figure.Caption, (string?)meta["caption"]);
        Assert.Equal(8, (int)meta["rows"]!);
        Assert.Equal(figure.Table.ToDisplayString("text/html"), (string?)meta["table"]);
    }

    [Fact]
    public void A_long_table_says_how_much_of_it_is_left_out()
    {
        var table = new DataFrame(new Int32DataFrameColumn("n", Enumerable.Range(0, TableText.MostRows + 1234)));
        Assert.EndsWith("<p>… and 1,234 more rows</p>", table.ToDisplayString("text/html"), StringComparison.Ordinal);
        Assert.EndsWith("\n… and 1,234 more rows", table.ToDisplayString("text/plain"), StringComparison.Ordinal);
        Assert.Equal(TableText.MostRows, BodyRows(table.ToDisplayString("text/html")));
    }

    private static IEnumerable<string> MimeTypesOf(object value) => Formatter.GetPreferredMimeTypesFor(value.GetType());

    private static int BodyRows(string html) => XElement.Parse($"<div>{html}</div>").Descendants("tbody").Single().Elements("tr").Count();
}
