using System.Xml.Linq;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

public sealed class ImageFigureTests
{
    [Fact]
    public void Each_row_of_the_table_is_a_picture()
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.ForSmallImages(8, 4, SmallData.Classes.Length, 1);
        using var images = SmallData.Images("bars", 30, 5);
        var maps = randn(1, 20, 4, 4);
        var figures = new[]
        {
            ImageFigures.Images(images, 4),
            ImageFigures.Mistakes(network, images, 12),
            ImageFigures.FeatureMaps("maps", 16, ("", maps)),
            ImageFigures.FeatureMaps("maps", 3, ("before", maps), ("after", maps)),
        };
        Assert.Equal(12, figures[0].Table.Rows.Count);
        Assert.Equal(16, figures[2].Table.Rows.Count);
        Assert.Equal(6, figures[3].Table.Rows.Count);
        foreach (var figure in figures)
        {
            Assert.Equal(figure.Table.Rows.Count, SweepFigureTests.MarksOfSvg(figure.Svg));
            Assert.IsType<PictureFigure>(figure);
            Assert.Contains("plotting area", Assert.Throws<InvalidOperationException>(() => figure.WithPlotHeight(180)).Message);
        }
    }
}
