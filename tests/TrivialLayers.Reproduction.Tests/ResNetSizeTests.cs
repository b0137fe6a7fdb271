namespace TrivialLayers.Tests;

public sealed class ResNetSizeTests
{
    [Theory]
    [InlineData("20x16", 20, 16, false, null)]
    [InlineData("110x8:1", 110, 8, false, 1)]
    [InlineData("large-18x64:2", 18, 64, true, 2)]
    public void A_size_is_depth_and_width_and_how_it_is_trained(string written, int depth, int width, bool hasFourGroups, int? trainings)
    {
        Assert.Equal(new ResNetSize(depth, width, hasFourGroups, trainings), ResNetSize.Parse(written));
        Assert.Equal(written, ResNetSize.Parse(written).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("20")]
    [InlineData("20by16")]
    [InlineData("20x0")]
    [InlineData("-20x16")]
    [InlineData("20x16:")]
    [InlineData("20x16:0")]
    [InlineData("huge-20x16")]
    [InlineData("20x16\n")]
    [InlineData("20x99999999999")]
    public void Anything_else_is_refused_with_what_is_wanted(string written)
    {
        var error = Assert.Throws<ArgumentException>(() => ResNetSize.Parse(written));
        Assert.Contains($"\"{written}\" is not the size of a ResNet. Write depth x width, as in 20x16", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_makes_a_network_of_three_groups_or_four()
    {
        using var three = ResNetSize.Parse("8x4").Make(10, 1);
        using var four = ResNetSize.Parse("large-18x4").Make(10, 1);
        Assert.Equal("ResNet-8 (width 4)", three.Title);
        Assert.Equal("ResNet-18 (four groups, width 4, 3×3 stem)", four.Title);
    }

    [Fact]
    public void A_profile_lists_its_sizes_or_those_asked_for_and_makes_them_narrow_in_a_smoke_run()
    {
        Assert.Equal(Profile.Quick.Sizes.Split(' '), Profile.Quick.ResNets().Select(size => size.ToString()));
        Assert.Equal(["14x16", "20x32:1"], Profile.Quick.ResNets(" 14x16  20x32:1").Select(size => size.ToString()));
        Assert.Equal(["14x2", "20x1"], Profile.Quick.With(smoke: true).ResNets("14x16 20x4").Select(size => size.ToString()));
    }

    [Fact]
    public void Networks_of_four_groups_have_the_recipe_of_the_wide_ones()
    {
        Assert.Equal(Profile.Full.Wide, Profile.Full.RecipeOf(ResNetSize.Parse("large-18x64")));
        Assert.Equal(Profile.Full.Fit, Profile.Full.RecipeOf(ResNetSize.Parse("56x16")));
    }
}
