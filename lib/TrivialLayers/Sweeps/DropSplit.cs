using MathNet.Numerics.Statistics;

namespace TrivialLayers;

/// <summary>
/// What zeroing the residual layers of a network costs, in two parts. A zeroed kernel takes the function of the image away, and leaves batch norm's constant <c>β − γμ/σ</c>, which is not the mean that
/// the next layers are used to. <see cref="Intervention.MeanOutput"/> does the first without the second.
/// </summary>
/// <param name="Zeroed">Median drop with a kernel at zero, percentage points.</param>
/// <param name="MissingFunction">Median drop where each channel gives its recorded mean, percentage points.</param>
/// <param name="ShiftedConstant">Median, over the layers, of the first drop minus the second, percentage points; below 0 where the constant does less harm than the mean.</param>
public sealed record DropSplit(double Zeroed, double MissingFunction, double ShiftedConstant)
{
    /// <summary>Splits the drops of the layers with the role <see cref="LayerRole.Residual"/>.</summary>
    /// <param name="zeroed">Each layer zeroed in turn.</param>
    /// <param name="meanOutput">Each layer with its mean output in turn, of the same network and images.</param>
    /// <exception cref="ArgumentException">The sweeps are of other networks or images, or one lacks a residual layer of the other.</exception>
    public static DropSplit Of(Sweep zeroed, Sweep meanOutput)
    {
        ArgumentNullException.ThrowIfNull(zeroed);
        ArgumentNullException.ThrowIfNull(meanOutput);
        if (zeroed.Identity.Weights != meanOutput.Identity.Weights || zeroed.Identity.ImagesFingerprint != meanOutput.Identity.ImagesFingerprint)
            throw new ArgumentException($"The sweeps are of {zeroed.Identity.Network} and {meanOutput.Identity.Network} with different weights or images; give two sweeps of one trained network on the same images.", nameof(meanOutput));
        var (first, second) = (DropsOf(zeroed), DropsOf(meanOutput));
        if (first.Count == 0 || !first.Keys.Order(StringComparer.Ordinal).SequenceEqual(second.Keys.Order(StringComparer.Ordinal)))
            throw new ArgumentException($"The sweeps of {zeroed.Identity.Network} have {first.Count} and {second.Count} residual layers; both must have the same ones, at least one.", nameof(meanOutput));
        return new(first.Values.Median(), second.Values.Median(), first.Select(layer => layer.Value - second[layer.Key]).Median());
    }

    private static Dictionary<string, double> DropsOf(Sweep sweep)
    {
        sweep.DemandSingleLayers();
        return sweep.Targets.Where(target => target.Layer.Role == LayerRole.Residual).ToDictionary(target => target.Layer.Name, target => target.Drop);
    }
}
