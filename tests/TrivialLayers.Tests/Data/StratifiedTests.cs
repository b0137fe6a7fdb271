using CsCheck;

namespace TrivialLayers.Tests;

public sealed class StratifiedTests
{
    [Theory]
    [InlineData(new[] { 50, 30, 20 }, 10, new[] { 5, 3, 2 })]
    [InlineData(new[] { 5, 3, 2 }, 3, new[] { 1, 1, 1 })] // 1.5, 0.9, 0.6: the second and third are rounded up
    [InlineData(new[] { 1, 1, 1, 1 }, 2, new[] { 1, 1, 0, 0 })] // equal remainders: the lower class first
    [InlineData(new[] { 7, 0, 3 }, 10, new[] { 7, 0, 3 })]
    public void Shares_are_rounded_by_largest_remainder(int[] sizes, int count, int[] expected) =>
        Assert.Equal(expected, Stratified.Shares(sizes, count));

    [Fact]
    public void Each_share_is_within_one_of_the_exact_proportion_and_they_add_up() =>
        Gen.Select(Gen.Int[0, 50].Array[1, 12], Gen.Double[0, 1]).Where((sizes, _) => sizes.Sum() > 0).SampleRepeatably((sizes, part) =>
        {
            var count = (int)(part * sizes.Sum());
            var shares = Stratified.Shares(sizes, count);
            Assert.Equal(count, shares.Sum());
            for (var c = 0; c < sizes.Length; c++)
            {
                Assert.InRange(shares[c], 0, sizes[c]);
                Assert.True(Math.Abs(shares[c] - (double)count * sizes[c] / sizes.Sum()) < 1);
            }
        });

    [Fact]
    public void Chosen_and_others_are_together_all_images_once() =>
        Gen.Select(Gen.Long[0, 4].Array[1, 200], Gen.Double[0, 1], Gen.Long).SampleRepeatably((labels, part, seed) =>
        {
            var chosen = Stratified.Choose(labels, 5, (int)(part * labels.Length), seed);
            var others = Stratified.Others(labels.Length, chosen);
            Assert.Equal(chosen.Order(), chosen);
            Assert.Equal(Enumerable.Range(0, labels.Length), chosen.Concat(others).Order());
        });

    [Fact]
    public void The_choice_of_a_seed_is_fixed_for_ever()
    {
        var labels = Enumerable.Range(0, 30).Select(i => (long)(i % 3)).ToArray();
        Assert.Equal([0, 2, 14, 19, 21, 22], Stratified.Choose(labels, 3, 6, seed: 7));
        Assert.NotEqual(Stratified.Choose(labels, 3, 6, seed: 7), Stratified.Choose(labels, 3, 6, seed: 8));
    }
}
