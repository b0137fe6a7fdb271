using System.Globalization;
using Microsoft.Data.Analysis;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Figures of kernel weights: as pictures, and their size and spread against what zeroing them costs.</summary>
public static class KernelFigures
{
    private const int PictureSide = 200;

    /// <summary>The kernels of some convolutions as pictures on one colour scale: a row an output channel, a column an input channel.</summary>
    /// <param name="network">Any module.</param>
    /// <param name="title">What the kernels are.</param>
    /// <param name="layers">Dotted names of convolutions, each with a line to write under it.</param>
    /// <exception cref="ArgumentException">A name is not a convolution of the network; the message gives the nearest ones.</exception>
    public static Figure Pictures(Module network, string title, params (string Layer, string Note)[] layers)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(layers);
        NetworkLayers.Demand(network, layers.Select(entry => entry.Layer));
        using var scope = NewDisposeScope();
        var kernels = layers.Select(entry => network.get_parameter(entry.Layer + ".weight")!.detach().cpu().to(ScalarType.Float32)).ToList();
        var most = kernels.Select(kernel => kernel.abs().max().item<float>()).DefaultIfEmpty(0).Max();
        var tiles = layers.Zip(kernels, (entry, kernel) => new ImageFigures.Tile(0, Draw(kernel, most), $"kernel of {entry.Layer}: {entry.Note}") { Below = [entry.Layer, entry.Note] }).ToList();
        var caption = string.Create(
            CultureInfo.InvariantCulture,
            $"Each small square is the kernel from one input channel (column) to one output channel (row). Orange is positive, blue negative, white zero; all on one scale up to {most:G3}.");
        return ImageFigures.Draw(title, caption, [.. tiles.Chunk(4).Select(chunk => new ImageFigures.Row("", chunk))], new DataFrame(
            new StringDataFrameColumn("layer", layers.Select(entry => entry.Layer)),
            new StringDataFrameColumn("note", layers.Select(entry => entry.Note)),
            new DoubleDataFrameColumn("root mean square weight", kernels.Select(kernel => Math.Sqrt(kernel.square().mean().item<float>())))), PictureSide);
    }

    /// <summary>What zeroing each kernel costs against how large it is and in how many directions it acts; a mark for each layer.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="spectra">The kernels of the network that was swept, as <see cref="KernelSpectrum.Of"/> gives them.</param>
    /// <exception cref="ArgumentException">The spectra are those of other layers.</exception>
    public static Figure DropAgainstSpectrum(Sweep sweep, IReadOnlyList<KernelSpectrum> spectra)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        ArgumentNullException.ThrowIfNull(spectra);
        if (!sweep.Targets.Select(layer => layer.Layer.Name).SequenceEqual(spectra.Select(spectrum => spectrum.Layer)))
            throw new ArgumentException("The kernels do not belong to the layers of the sweep; give those of the network that was swept.", nameof(spectra));
        var entries = sweep.Targets.Zip(spectra, (layer, spectrum) => (Layer: layer, Spectrum: spectrum)).ToList();
        (string Name, Func<KernelSpectrum, double> Of)[] measures = [("root mean square weight", spectrum => spectrum.Norm), ("stable rank (directions)", spectrum => spectrum.StableRank)];
        var y = Axis.Around(SweepFigures.DropTitle, entries.SelectMany(entry => new[] { entry.Layer.Interval.Low, entry.Layer.Interval.High }).Append(0));
        PointPanel Panel((string Name, Func<KernelSpectrum, double> Of) measure) => new(
            "",
            Axis.Around(measure.Name, entries.Select(entry => measure.Of(entry.Spectrum))),
            y,
            Series.ByRole(entries, entry => entry.Layer.Layer.Role, entry => new ChartPoint(
                measure.Of(entry.Spectrum), entry.Layer.Drop, SweepFigures.Describe(entry.Layer), entry.Layer.Interval.Low, entry.Layer.Interval.High, SweepFigures.FillOf(entry.Layer))),
            [new Rule(Margin.Default.Points, "", Dashed: true)]);
        var taus = measures.Select(measure => RankAgreement.KendallTau([.. entries.Select(entry => measure.Of(entry.Spectrum))], [.. entries.Select(entry => entry.Layer.Drop)])).ToList();
        var chart = new Chart(
            $"{sweep.Identity.Network}: drop against the kernel's size and spread",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Left: root mean square weight (Kendall's tau with the drop {taus[0]:F2}). Right: stable rank, the number of directions in which the layer acts (tau {taus[1]:F2}). The dashed line is the margin of {Margin.Default}."),
            1000,
            [Panel(measures[0]), Panel(measures[1]) with { SharesY = true }]) { Key = SweepFigures.VerdictKey };
        var rows = measures.SelectMany(measure => entries.Select(entry => (measure.Name, Value: measure.Of(entry.Spectrum), entry.Layer))).ToList();
        return Figure.Of(chart, new DataFrame(
            new StringDataFrameColumn("measure", rows.Select(row => row.Name)),
            new StringDataFrameColumn("layer", rows.Select(row => row.Layer.Layer.Name)),
            new StringDataFrameColumn("role", rows.Select(row => Palette.NameOf(row.Layer.Layer.Role))),
            new DoubleDataFrameColumn("value", rows.Select(row => row.Value)),
            new DoubleDataFrameColumn("drop (points)", rows.Select(row => row.Layer.Drop)),
            new StringDataFrameColumn("verdict", rows.Select(row => row.Layer.Verdict.ToString()))));
    }

    /// <summary>A PNG with a pixel for each weight <c>[out, in, h, w]</c> and a grey line between kernels.</summary>
    private static byte[] Draw(Tensor kernel, float most)
    {
        var (rows, columns, height, width) = ((int)kernel.shape[0], (int)kernel.shape[1], (int)kernel.shape[2], (int)kernel.shape[3]);
        var weights = kernel.contiguous().data<float>().ToArray();
        var (pictureHeight, pictureWidth) = ((rows * (height + 1)) + 1, (columns * (width + 1)) + 1);
        var pixels = new byte[pictureHeight * pictureWidth * 3];
        Array.Fill(pixels, (byte)0xe6);
        for (var i = 0; i < weights.Length; i++)
        {
            var (x, y, column, row) = (i % width, i / width % height, i / (width * height) % columns, i / (width * height * columns));
            var place = 3 * ((((row * (height + 1)) + 1 + y) * pictureWidth) + (column * (width + 1)) + 1 + x);
            Convert.FromHexString(Palette.Diverging(most > 0 ? weights[i] / most : 0).AsSpan(1)).CopyTo(pixels, place);
        }

        return Png.Encode(pixels, pictureWidth, pictureHeight, 3);
    }
}
