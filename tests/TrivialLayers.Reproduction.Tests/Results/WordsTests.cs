using TrivialLayers.Results;

namespace TrivialLayers.Tests;

/// <summary>Numbers and names as the README's sentences have them.</summary>
public sealed class WordsTests
{
    [Theory]
    [InlineData(0, "no")]
    [InlineData(3, "three")]
    [InlineData(12, "twelve")]
    [InlineData(13, "13")]
    public void Small_numbers_are_words(int number, string word) => Assert.Equal(word, Words.Number(number));

    [Fact]
    public void Several_are_listed_with_and_before_the_last()
    {
        Assert.Equal("1", Words.Listed(["1"]));
        Assert.Equal("2, 1 and 6", Words.Listed(["2", "1", "6"]));
    }

    [Fact]
    public void A_range_has_two_ends_unless_they_read_alike()
    {
        Assert.Equal("1.5 to 5.3", Words.Range([5.3, 2, 1.49999], 1));
        Assert.Equal("2", Words.Range([2.1, 1.9], 0));
    }

    [Theory]
    [InlineData("ResNet-56 (width 8)", "ResNet-56")]
    [InlineData("U-Net (3 levels of 2, width 8)", "U-Net")]
    [InlineData("Plain encoder–decoder (3 levels of 2, width 8)", "the plain encoder–decoder")]
    public void Networks_are_named_without_their_sizes(string network, string name) => Assert.Equal(name, Words.Named(network));
}
