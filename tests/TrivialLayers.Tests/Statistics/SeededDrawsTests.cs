
namespace TrivialLayers.Tests;

public sealed class SeededDrawsTests
{
    [Fact]
    public void A_seed_gives_the_same_draws_in_every_version()
    {
        // Published intervals rest on them: another version of MathNet must not change them.
        var draws = new SeededDraws(1);
        Assert.Equal([702, 520, 574, 391, 697, 143, 71, 381, 867, 551], Enumerable.Range(0, 10).Select(_ => draws.Below(1000)));
        var others = new SeededDraws(7);
        Assert.Equal([278751231, 839627467, 981097731, 990860285], Enumerable.Range(0, 4).Select(_ => others.Below(1_000_000_007)));
        Assert.Equal(0.872773938745132, others.NextDouble());
    }

    [Fact]
    public void Places_are_put_in_random_order_and_the_others_stay()
    {
        double[] values = [10, 11, 12, 13, 14, 15, 16, 17, 18];
        new SeededDraws(3).Shuffle(values, [0, 1, 2, 3, 4, 5, 6, 7]);
        Assert.Equal([16, 10, 13, 17, 12, 11, 14, 15, 18], values);
        new SeededDraws(4).Shuffle(values, [8, 0]);
        Assert.Equal([10, 13, 17, 12, 11, 14, 15], values[1..8]);
        Assert.Equal([16, 18], new[] { values[0], values[8] }.Order());
    }
}
