
namespace TrivialLayers.Tests;

public sealed class ThreadsTests
{
    [Fact]
    public void The_number_in_use_can_be_changed()
    {
        var before = Threads.Count;
        Threads.Use(before + 1);
        Assert.Equal(before + 1, Threads.Count);
        Threads.Use(before);
        Assert.Equal(before, Threads.Count);
    }

    [Fact]
    public void Fewer_than_one_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Threads.Use(0));

    [Theory]
    [InlineData(null, null)]
    [InlineData(" ", null)]
    [InlineData("3", 3)]
    public void The_environment_asks_for_a_number_or_for_nothing(string? text, int? count) => Assert.Equal(count, Threads.Parse(text));

    [Theory]
    [InlineData("all")]
    [InlineData("0")]
    [InlineData("-2")]
    public void Anything_else_in_the_environment_is_refused_by_name(string text) =>
        Assert.Contains("TRIVIAL_LAYERS_THREADS", Assert.Throws<InvalidOperationException>(() => Threads.Parse(text)).Message);
}
