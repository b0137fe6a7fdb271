using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.Data.Analysis;

namespace TrivialLayers.Tests;

public sealed class ChartDrawingTests
{
    [Theory]
    [InlineData(99.9, 99.93)]
    [InlineData(99.5, 100)]
    [InlineData(0, 100)]
    [InlineData(-1234.5, 98765)]
    public void Labels_below_a_narrow_panel_stay_apart(double low, double high)
    {
        var panel = new PointPanel("", new Axis("training accuracy (%)", low, high), new Axis("drop (points)", 0, 10), [new Series("one", Palette.At(0), [new ChartPoint(low, 5, "a point")])], []);
        var figure = Figure.Of(new Chart("Title", "Caption.", 1200, [panel, panel with { SharesY = true }, panel with { SharesY = true }, panel with { SharesY = true }]), new DataFrame(new DoubleDataFrameColumn("x", [low])));

        var texts = XDocument.Parse(figure.Svg).Descendants().Where(element => element.Name.LocalName == "text" && (string?)element.Attribute("text-anchor") == "middle" && element.Value.All(letter => char.IsDigit(letter) || ".,−".Contains(letter, StringComparison.Ordinal)));
        var labels = texts.Select(text => (Middle: Number(text, "x"), Half: Canvas.WidthOf(text.Value, Number(text, "font-size")) / 2)).OrderBy(label => label.Middle).ToList();
        Assert.True(labels.Count >= 8, "There are at least as many labels as two for each panel.");
        Assert.All(labels.Zip(labels.Skip(1)), pair => Assert.True(pair.First.Middle + pair.First.Half < pair.Second.Middle - pair.Second.Half));
    }

    [Fact]
    public void A_figure_can_be_made_lower_and_the_rest_of_it_keeps_its_size()
    {
        var panel = new PointPanel("", new Axis("depth", 0, 10), new Axis("drop (points)", 0, 10), [new Series("one", Palette.At(0), [new ChartPoint(1, 5, "a point")])], []);
        var figure = Figure.Of(new Chart("Title", "Caption.", 800, [panel, panel], Stacked: true), new DataFrame(new DoubleDataFrameColumn("x", [1.0])));
        var lower = figure.WithPlotHeight(180);
        Assert.Equal((figure.Title, figure.Caption, figure.Table), (lower.Title, lower.Caption, lower.Table));
        Assert.Equal((Size(figure.Svg, "width"), Size(figure.Svg, "height") - 240), (Size(lower.Svg, "width"), Size(lower.Svg, "height")));
        Assert.Equal(Plotly(figure) - 240, Plotly(lower), 1.0);
        Assert.Throws<ArgumentOutOfRangeException>(() => figure.WithPlotHeight(99));

        static double Size(string svg, string name) => Number(XDocument.Parse(svg).Root!, name);
        static double Plotly(Figure figure) => JsonNode.Parse(figure.PlotlyJson!)!["layout"]!["height"]!.GetValue<double>();
    }

    private static double Number(XElement element, string name) => double.Parse((string)element.Attribute(name)!, CultureInfo.InvariantCulture);
}
