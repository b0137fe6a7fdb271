using System.Globalization;

namespace TrivialLayers;

/// <summary>The mean over training runs with their range.</summary>
internal readonly record struct Spread(double Mean, double Low, double High)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return new(all.Average(), all.Min(), all.Max());
    }

    /// <summary>A mark at the mean, with the range as its interval.</summary>
    public ChartPoint At(double x, Func<Spread, string> label, Fill fill = Fill.Full) => new(x, Mean, label(this), Low, High, fill);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mean:F2} [{Low:F2}, {High:F2}]");
}
