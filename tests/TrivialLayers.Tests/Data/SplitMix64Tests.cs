
namespace TrivialLayers.Tests;

public sealed class SplitMix64Tests
{
    [Fact]
    public void Numbers_are_those_of_the_published_algorithm()
    {
        var random = new SplitMix64(1234567);
        ulong[] published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        Assert.Equal(published, Enumerable.Range(0, 5).Select(_ => random.Next()));
    }

    [Fact]
    public void Numbers_below_a_limit_are_equally_likely()
    {
        const int limit = 6, draws = 60_000;
        var random = new SplitMix64(1);
        var counts = new int[limit];
        for (var i = 0; i < draws; i++)
            counts[random.Below(limit)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400)); // 4.4 standard deviations
    }
}
