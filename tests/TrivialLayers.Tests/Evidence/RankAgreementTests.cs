using CsCheck;
using TrivialLayers.Evidence;

namespace TrivialLayers.Tests.Evidence;

public sealed class RankAgreementTests
{
    // Hollander and Wolfe (1973), p. 185: lightness of canned tuna and a panel's scores; the example of R's cor.test.
    private static readonly double[] Lightness = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1];
    private static readonly double[] Panel = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8];

    // Zar, Biostatistical Analysis (2010), example 20.5: ranks of the wing, tail and bill lengths of twelve birds.
    private static readonly double[] Wing = [4, 8.5, 10, 1.5, 3, 1.5, 7, 5, 8.5, 11, 6, 12];
    private static readonly double[] Tail = [5, 7, 11, 2.5, 5, 1, 5, 2.5, 9.5, 8, 9.5, 12];
    private static readonly double[] Bill = [5.5, 5.5, 9.5, 2, 3, 1, 8, 4, 11, 9.5, 7, 12];

    [Fact]
    public void Kendalls_tau_and_Spearmans_rho_are_the_published_ones()
    {
        Assert.Equal(0.4444444, RankAgreement.KendallTau(Lightness, Panel), 1e-7);
        Assert.Equal(0.6, RankAgreement.Spearman(Lightness, Panel), 1e-12);
    }

    [Fact]
    public void Kendalls_tau_corrects_for_ties()
    {
        // The examples of scipy.stats.kendalltau and spearmanr.
        Assert.Equal(-0.47140452079103173, RankAgreement.KendallTau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]), 1e-12);
        Assert.Equal(0.8207826816681233, RankAgreement.Spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]), 1e-12);
        Assert.True(double.IsNaN(RankAgreement.KendallTau([1, 1, 1], [1, 2, 3])));
    }

    [Fact]
    public void Kendalls_W_is_the_published_one()
    {
        // Three competitors ranked by four judges: W = 1/16 (Nelson, Dictionary of Mathematics; worked out at ProofWiki).
        Assert.Equal(1.0 / 16, RankAgreement.KendallW([[1, 3, 2], [1, 2, 3], [2, 3, 1], [3, 1, 2]]), 1e-12);
    }

    [Fact]
    public void Kendalls_W_corrects_for_ties_in_the_birds_example()
    {
        // The rank sums are the published ones; two wings, then tails (2, 3 and 2 alike), then bills (2 and 2) tie.
        Assert.Equal([14.5, 21, 30.5, 6, 11, 3.5, 20, 11.5, 29, 28.5, 22.5, 36], Wing.Zip(Tail, Bill).Select(bird => bird.First + bird.Second + bird.Third));
        const double spread = 1175.5, untied = 9 * (1728 - 12);
        Assert.Equal(12 * spread / (untied - 3 * (6 + 6 + 6 + 24 + 6 + 6 + 6)), RankAgreement.KendallW([Wing, Tail, Bill]), 1e-12);
    }

    [Fact]
    public void With_two_rankings_W_is_the_mean_rank_correlation_moved_to_0_to_1() =>
        Gen.Select(Gen.Int[0, 20].Array[10], Gen.Int[0, 20].Array[10]).Where((a, b) => a.Distinct().Count() > 1 && b.Distinct().Count() > 1).SampleRepeatably((a, b) =>
        {
            // Kendall and Babington Smith (1939): mean rho = (m·W − 1) / (m − 1); with ties it holds when both tie alike.
            double[] first = [.. a.Distinct().Order().Select((_, i) => (double)i)], second = [.. first.Select(i => b[(int)i] + i / 100)];
            if (first.Length < 2) return;
            Assert.Equal((RankAgreement.Spearman(first, second) + 1) / 2, RankAgreement.KendallW([first, second]), 1e-9);
        });

    [Fact]
    public void Agreement_that_roles_explain_is_not_counted()
    {
        // Every network finds the "B" layers important, but within a role the order is noise.
        var draws = new SeededDraws(5);
        double[][] drops = [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 20).Select(layer => (layer < 10 ? 0 : 50) + draws.Uniform()).ToArray())];
        string[] roles = [.. Enumerable.Range(0, 20).Select(layer => layer < 10 ? "A" : "B")];
        Assert.True(RankAgreement.KendallW(drops) > 0.7);
        var test = RankAgreement.WithinStrata(drops, roles, permutations: 2_000);
        Assert.InRange(test.Agreement, -0.2, 0.2);
        Assert.True(test.Interval.Contains(0) && test.PValue > 0.025);
    }

    [Fact]
    public void Agreement_within_roles_is_found()
    {
        var draws = new SeededDraws(5);
        double[][] drops = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 20).Select(layer => layer % 10 + 3 * draws.Uniform()).ToArray())];
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
            double[][] drops = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 8).Select(_ => draws.Uniform()).ToArray())];
            if (RankAgreement.WithinStrata(drops, ["a", "a", "a", "a", "b", "b", "b", "b"], permutations: 400, seed: (ulong)trial).PValue <= 0.1) found++;
        }
        // Binomial with 400 trials at 0.1: mean 40, standard deviation 6.
        Assert.InRange(found, 16, 58);
    }

    [Fact]
    public void Rankings_of_different_items_are_refused()
    {
        Assert.Throws<ArgumentException>(() => RankAgreement.KendallTau([1, 2], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => RankAgreement.KendallW([[1, 2]]));
        Assert.Throws<ArgumentException>(() => RankAgreement.Spearman([1, double.NaN], [1, 2]));
        Assert.Throws<ArgumentException>(() => RankAgreement.WithinStrata([[1, 2], [1, 2]], ["a"]));
        Assert.Throws<ArgumentException>(() => RankAgreement.WithinStrata([[1, 2], [1, 2]], ["a", "b"]));
    }
}
