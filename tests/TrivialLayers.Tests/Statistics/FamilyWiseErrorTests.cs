using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace TrivialLayers.Tests;

/// <summary>
/// How often some layer of a network is wrongly decided when the true drop of every layer is exactly the margin of one point. Neither
/// Trivial nor NonTrivial is then right, so both count as wrong: the family-wise error is the chance that any of L layers gets a verdict
/// other than Undecided. A drop away from the margin can be decided wrongly on one side only, hence less often.
/// </summary>
public sealed class FamilyWiseErrorTests
{
    private const double AtMargin = 0.01;
    private static readonly double[] Simulated = [AtMargin, 0.015, 0.03, 0.1, 0.2];
    private static readonly double[] Discordances = [AtMargin, 0.012, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2];
    private static readonly int[] Layers = [1, 10, 21, 57];

    /// <summary>
    /// 20,000 networks a cell, each of L layers whose counts are drawn independently. The standard error of an error of 5 % is 0.15
    /// points, so 5.5 % lies more than three of them above it.
    /// </summary>
    [Theory]
    [InlineData(1_000)]
    [InlineData(2_000)]
    [InlineData(5_000)]
    [InlineData(10_000)]
    public void In_20000_simulated_networks_at_most_5_5_percent_have_a_wrong_verdict(int n)
    {
        foreach (var discordance in Simulated)
        {
            var draws = new TrinomialDraws(n, discordance, AtMargin, seed: 20_000);
            foreach (var layers in Layers)
            {
                var level = PairedInterval.SimultaneousLevel(0.95, layers);
                var verdicts = new Verdict?[n / 4 + 1, n / 4 + 1];
                var wrong = 0;
                for (var network = 0; network < 20_000; network++)
                {
                    var any = false;
                    for (var layer = 0; layer < layers; layer++)
                    {
                        var (lost, gained) = draws.Next();
                        var verdict = verdicts[lost, gained] ??= Margin.Default.Decide(PairedInterval.Corrected(new PairedCounts(lost, gained, n), level));
                        any |= verdict != Verdict.Undecided;
                    }
                    if (any) wrong++;
                }
                Assert.True(wrong <= 0.055 * 20_000, $"{wrong / 200.0} % wrong for {n} images, discordance {discordance}, {layers} layers");
            }
        }
    }

    /// <summary>
    /// Layers of one network answer the same images and are not independent. Whatever their dependence, the family-wise error is at most
    /// L times the error of one layer (Bonferroni), and that one is a finite sum: no simulation, no Monte-Carlo error.
    /// </summary>
    [Theory]
    [InlineData(1_000)]
    [InlineData(2_000)]
    [InlineData(5_000)]
    [InlineData(10_000)]
    public void Summed_exactly_the_error_is_below_5_percent_however_the_layers_depend_on_each_other(int n)
    {
        foreach (var discordance in Discordances)
            foreach (var (layers, nonTrivial, trivial) in ExactErrors(n, discordance, ScoreTest.Corrected))
            {
                var both = layers * (nonTrivial + trivial);
                Assert.True(both <= 0.05, $"{both:P2} for {n} images, discordance {discordance}, {layers} layers");
            }
    }

    /// <summary>Why the verdicts do not rest on Tango's interval as published: few changed images make the counts skewed.</summary>
    [Fact]
    public void Tangos_interval_alone_errs_in_8_percent_of_networks_when_only_one_image_in_a_hundred_changes()
    {
        var (layers, nonTrivial, trivial) = ExactErrors(2_000, AtMargin, ScoreTest.Tango).Last();
        Assert.Equal(57, layers);
        Assert.Equal(0.080, layers * nonTrivial, 0.0005);
        Assert.Equal(0.004, layers * trivial, 0.0005);
        // Independent layers would hardly help.
        Assert.InRange(1 - Math.Pow(1 - nonTrivial - trivial, layers), 0.08, 0.081);
    }

    /// <summary>The chance that one layer of a family of L is called NonTrivial and Trivial, summed over all counts that can occur.</summary>
    private static (int Layers, double NonTrivial, double Trivial)[] ExactErrors(int n, double discordance, ScoreTest test)
    {
        var share = (discordance + AtMargin) / 2 / discordance;
        var quantiles = Layers.Select(layers => Normal.InvCDF(0, 1, 1 - 0.025 / layers)).ToArray();
        var errors = Layers.Select(layers => (Layers: layers, NonTrivial: 0.0, Trivial: 0.0)).ToArray();
        foreach (var (changed, chance) in Binomials(n, discordance))
            foreach (var (lost, given) in Binomials(changed, share))
            {
                var counts = new PairedCounts(lost, changed - lost, n);
                for (var i = 0; i < errors.Length; i++)
                {
                    if (test.IsTooLarge(counts.Swapped, -AtMargin, quantiles[i])) errors[i].NonTrivial += chance * given;
                    else if (test.IsTooLarge(counts, AtMargin, quantiles[i])) errors[i].Trivial += chance * given;
                }
            }
        return errors;
    }

    /// <summary>The values of a binomial count and their chances, but those rarer than about 10⁻¹³ in all.</summary>
    private static IEnumerable<(int Count, double Chance)> Binomials(int n, double p)
    {
        if (p >= 1)
        {
            yield return (n, 1);
            yield break;
        }
        var width = 8 * Math.Sqrt(n * p * (1 - p)) + 20;
        for (var k = (int)Math.Max(0, n * p - width); k <= Math.Min(n, n * p + width); k++)
            yield return (k, Math.Exp(SpecialFunctions.BinomialLn(n, k) + k * Math.Log(p) + (n - k) * Math.Log(1 - p)));
    }

    /// <summary>Draws lost and gained of n images by looking up the cumulative chances: first how many change, then how many of those are lost.</summary>
    private sealed class TrinomialDraws(int n, double discordance, double drop, int seed)
    {
        private readonly SeededDraws _draws = new(seed);
        private readonly Table _changed = new(n, discordance);
        private readonly Table?[] _lost = new Table?[n + 1];

        public (int Lost, int Gained) Next()
        {
            var changed = _changed.Draw(_draws.NextDouble());
            var table = _lost[changed] ??= new Table(changed, (discordance + drop) / 2 / discordance);
            var lost = table.Draw(_draws.NextDouble());
            return (lost, changed - lost);
        }

        private sealed class Table
        {
            private readonly int _first;
            private readonly double[] _cumulative;
            private readonly int[] _start = new int[1024];

            public Table(int n, double p)
            {
                var binomials = Binomials(n, p).ToArray();
                _first = binomials[0].Count;
                _cumulative = new double[binomials.Length];
                var sum = 0.0;
                for (var i = 0; i < binomials.Length; i++) _cumulative[i] = sum += binomials[i].Chance;
                for (int i = 0, at = 0; i < _start.Length; i++)
                {
                    while (at < _cumulative.Length - 1 && _cumulative[at] <= (double)i / _start.Length) at++;
                    _start[i] = at;
                }
            }

            public int Draw(double uniform)
            {
                var at = _start[(int)(uniform * _start.Length)];
                while (at < _cumulative.Length - 1 && _cumulative[at] <= uniform) at++;
                return _first + at;
            }
        }
    }
}
