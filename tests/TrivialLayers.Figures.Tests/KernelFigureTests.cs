using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

public sealed class KernelFigureTests
{
    [Fact]
    public void A_spectrum_is_that_of_the_kernel_as_a_matrix()
    {
        using var network = SmallData.RandomResNet();
        using (no_grad())
        {
            var kernel = network.get_parameter("layer1.0.conv1.weight")!; // 4 × 36, diagonal but for zeros
            kernel.zero_();
            foreach (var (row, value) in new[] { 3f, 4f, 0f, 0f }.Index())
                kernel[row, row, 0, 0] = tensor(value);
        }

        var spectrum = KernelSpectrum.Of(network).Single(entry => entry.Layer == "layer1.0.conv1");

        Assert.Equal(Math.Sqrt(25.0 / 144), spectrum.Norm, 1e-9);
        Assert.Equal(25.0 / 16, spectrum.StableRank, 1e-9);
    }

    [Fact]
    public void The_drop_stands_against_size_and_spread_of_each_kernel()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var sweep = Sweep.Run(network, images);
        var spectra = KernelSpectrum.Of(network);
        var figure = KernelFigures.DropAgainstSpectrum(sweep, spectra);
        var points = JsonNode.Parse(figure.PlotlyJson!)!["data"]!.AsArray().Where(trace => trace!["text"] is not null).SelectMany(trace => trace!["x"]!.AsArray()).Select(x => (double)x!).ToList();
        Assert.Equal(2 * sweep.Targets.Count, points.Count);
        Assert.Superset(spectra.Select(entry => entry.StableRank).ToHashSet(), points.ToHashSet());
        Assert.Throws<ArgumentException>(() => KernelFigures.DropAgainstSpectrum(sweep, spectra.Skip(1).ToList()));
    }

    [Fact]
    public void Kernels_are_drawn_by_name()
    {
        using var network = SmallData.RandomResNet();
        var figure = KernelFigures.Pictures(network, "two kernels", ("conv1", "the stem"), ("layer2.0.conv1", "wider"));
        Assert.Contains("layer2.0.conv1", figure.Svg, StringComparison.Ordinal);
        Assert.Equal(2, figure.Table.Rows.Count);
        Assert.Contains("layer1.0.conv1", Assert.Throws<ArgumentException>(() => KernelFigures.Pictures(network, "", ("layer1.0.con1", ""))).Message, StringComparison.Ordinal);
    }
}
