using MathNet.Numerics;

namespace TrivialLayers;

/// <summary>How a positive quantity falls with a size: as <c>c · size^(−exponent)</c>, fitted to the logarithms by least squares.</summary>
/// <param name="Exponent">1 where the quantity is inversely proportional to the size, more where it falls faster, 0 where it stays.</param>
/// <param name="Interval">Percentile bootstrap interval of the exponent, over the values of each size (Efron and Tibshirani 1993, section 13.3). With three of each it is narrow rather than wide.</param>
public sealed record PowerLaw(double Exponent, Interval Interval)
{
    /// <summary>Fits the exponent.</summary>
    /// <param name="sizes">The size of each value, above 0, [N]; at least two different ones.</param>
    /// <param name="values">The values, above 0, [N].</param>
    /// <param name="level">Confidence level.</param>
    /// <param name="resamples">Bootstrap samples, at least 1,000.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentException">Different lengths, a value that is not above 0, or one size only.</exception>
    public static PowerLaw Of(IReadOnlyList<double> sizes, IReadOnlyList<double> values, double level = 0.95, int resamples = 10_000, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1_000);
        if (sizes.Count != values.Count)
            throw new ArgumentException($"{sizes.Count} sizes were given for {values.Count} values; each value has one.", nameof(sizes));
        if (sizes.Concat(values).Any(number => !(number > 0 && double.IsFinite(number))))
            throw new ArgumentException("A power law is fitted to logarithms, so sizes and values must be above 0.", nameof(values));
        if (sizes.Distinct().Count() < 2)
            throw new ArgumentException("All values have the same size; at least two different sizes are needed.", nameof(sizes));

        double[] x = [.. sizes.Select(size => Math.Log(size))], y = [.. values.Select(value => Math.Log(value))];
        int[][] groups = [.. Enumerable.Range(0, x.Length).GroupBy(index => x[index]).Select(group => group.ToArray())];
        var draws = new SeededDraws(seed);
        var (exponents, drawnX, drawnY) = (new double[resamples], new double[x.Length], new double[x.Length]);
        for (var r = 0; r < resamples; r++)
        {
            var place = 0;
            foreach (var group in groups)
                for (var i = 0; i < group.Length; i++, place++)
                {
                    var index = group[draws.Below(group.Length)];
                    (drawnX[place], drawnY[place]) = (x[index], y[index]);
                }
            exponents[r] = -Fit.Line(drawnX, drawnY).Item2;
        }

        Array.Sort(exponents);
        var tail = (1 - Interval.Checked(level)) / 2;
        return new PowerLaw(-Fit.Line(x, y).Item2, new Interval(PairedInterval.Quantile(exponents, tail), PairedInterval.Quantile(exponents, 1 - tail), level));
    }
}
