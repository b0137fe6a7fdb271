
namespace TrivialLayers.Tests;

public sealed class RankAgreementTests
{
    // Hollander and Wolfe (1973), p. 185: lightness of canned tuna and a panel's scores; the example of R's cor.test.
    private static readonly double[] Lightness = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1];
    private static readonly double[] Panel = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8];

    [Fact]
    public void Kendalls_tau_is_the_published_one() =>
        Assert.Equal(0.4444444, RankAgreement.KendallTau(Lightness, Panel), 1e-7);

    [Fact]
    public void Kendalls_tau_corrects_for_ties()
    {
        // The example of scipy.stats.kendalltau.
        Assert.Equal(-0.47140452079103173, RankAgreement.KendallTau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]), 1e-12);
        Assert.True(double.IsNaN(RankAgreement.KendallTau([1, 1, 1], [1, 2, 3])));
    }

    [Fact]
    public void Agreement_that_roles_explain_is_not_counted()
    {
        // Every network finds the "B" layers important, but within a role the order is noise.
        var draws = new SeededDraws(5);
        double[][] drops = [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 20).Select(layer => (layer < 10 ? 0 : 50) + draws.NextDouble()).ToArray())];
        string[] roles = [.. Enumerable.Range(0, 20).Select(layer => layer < 10 ? "A" : "B")];
        Assert.All(drops[1..], other => Assert.True(RankAgreement.KendallTau(drops[0], other) > 0.3));
        var test = RankAgreement.WithinStrata(drops, roles, permutations: 2_000);
        Assert.InRange(test.Agreement, -0.2, 0.2);
        Assert.True(test.Interval.Contains(0) && test.PValue > 0.025);
    }

    [Fact]
    public void Agreement_within_roles_is_found()
    {
        var draws = new SeededDraws(5);
        double[][] drops = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 20).Select(layer => layer % 10 + 3 * draws.NextDouble()).ToArray())];
        string[] roles = [.. Enumerable.Range(0, 20).Select(layer => layer < 10 ? "A" : "B")];
        var test = RankAgreement.WithinStrata(drops, roles, permutations: 2_000);
        Assert.True(test.Agreement > 0.5 && test.Interval.Low > 0);
        Assert.Equal(1.0 / 2001, test.PValue, 1e-12);
        Assert.Equal(test, RankAgreement.WithinStrata(drops, roles, permutations: 2_000));
    }

    [Fact]
    public void An_interval_of_agreement_ends_at_one()
    {
        var test = RankAgreement.WithinStrata([[1, 2, 3, 4], [1, 2, 3, 4]], ["a", "a", "a", "a"], permutations: 400);
        Assert.Equal((1, 1), (test.Agreement, test.Interval.High)); // luck spreads to both sides
    }

    [Fact]
    public void By_luck_alone_the_test_finds_agreement_as_often_as_its_level_says()
    {
        var draws = new SeededDraws(11);
        var found = 0;
        for (var trial = 0; trial < 400; trial++)
        {
            double[][] drops = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 8).Select(_ => draws.NextDouble()).ToArray())];
            if (RankAgreement.WithinStrata(drops, ["a", "a", "a", "a", "b", "b", "b", "b"], permutations: 400, seed: trial).PValue <= 0.1) found++;
        }
        // Binomial with 400 trials at 0.1: mean 40, standard deviation 6.
        Assert.InRange(found, 16, 58);
    }

    [Fact]
    public void Rankings_of_different_items_are_refused()
    {
        Assert.Throws<ArgumentException>(() => RankAgreement.KendallTau([1, 2], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => RankAgreement.KendallTau([1, double.NaN], [1, 2]));
        Assert.Throws<ArgumentException>(() => RankAgreement.WithinStrata([[1, 2]], ["a", "a"]));
        Assert.Throws<ArgumentException>(() => RankAgreement.WithinStrata([[1, 2], [1, 2]], ["a"]));
        Assert.Throws<ArgumentException>(() => RankAgreement.WithinStrata([[1, 2], [1, 2]], ["a", "b"]));
    }
}
