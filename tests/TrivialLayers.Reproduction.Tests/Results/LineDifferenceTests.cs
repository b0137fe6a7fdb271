using TrivialLayers.Results;

namespace TrivialLayers.Tests;

/// <summary>The difference that a stale page is reported with.</summary>
public sealed class LineDifferenceTests
{
    [Fact]
    public void Equal_texts_have_none() => Assert.Empty(LineDifference.Between("a\nb\n", "a\nb\n"));

    [Fact]
    public void A_changed_line_is_shown_as_it_was_and_as_it_should_be() =>
        Assert.Equal(["- | C1 | undecided |", "+ | C1 | reproduced |"], LineDifference.Between("head\n| C1 | undecided |\ntail\n", "head\n| C1 | reproduced |\ntail\n"));

    [Fact]
    public void Lines_that_come_and_go_leave_the_common_ones_out() =>
        Assert.Equal(["- a", "+ d"], LineDifference.Between("a\nb\nc", "b\nc\nd"));

    [Fact]
    public void A_file_that_is_not_there_yet_comes_whole() => Assert.Equal(["- ", "+ a", "+ b"], LineDifference.Between("", "a\nb"));
}
