using NotebookHost.Jupyter;

namespace NotebookHost.Tests.Jupyter;

public sealed class CodePointsTests
{
    [Theory]
    [InlineData("abc", 2, 2)]
    [InlineData("😀b", 1, 2)]
    [InlineData("a😀", 2, 3)]
    public void A_character_outside_the_first_plane_is_one_to_the_protocol_and_two_to_dotnet(string text, int codePoints, int index)
    {
        Assert.Equal(index, CodePoints.ToIndex(text, codePoints));
        Assert.Equal(codePoints, CodePoints.FromIndex(text, index));
    }

    [Fact]
    public void A_position_beyond_the_text_is_its_end() => Assert.Equal(3, CodePoints.ToIndex("a😀", 99));
}
