using TrivialLayers.Results;

namespace TrivialLayers.Tests;

/// <summary>Between two marks a page is generated; everything else of it is the author's.</summary>
public sealed class MarkedBlockTests
{
    private const string Page = "# Title\n\n<!-- results -->\n| old |\n<!-- /results -->\n\nThe rest.\n";

    [Fact]
    public void What_stands_between_the_marks_is_read_and_replaced_and_nothing_else()
    {
        var block = MarkedBlock.In(Page, "README.md");

        Assert.Equal("| old |\n", block.Text);
        Assert.Equal("# Title\n\n<!-- results -->\n| new |\n| rows |\n<!-- /results -->\n\nThe rest.\n", block.With("| new |\n| rows |\n"));
        Assert.Equal(Page, block.With(block.Text));
    }

    [Theory]
    [InlineData("no marks at all\n")]
    [InlineData("<!-- results -->\nnever closed\n")]
    [InlineData("<!-- /results -->\nclosed first\n<!-- results -->\n")]
    [InlineData(Page + Page)]
    public void A_page_without_one_place_for_it_is_refused_with_what_to_write(string page)
    {
        var error = Assert.Throws<InvalidDataException>(() => MarkedBlock.In(page, "README.md"));

        Assert.Equal("README.md needs the line <!-- results --> once and, below it, the line <!-- /results --> once: the generated part goes between them.", error.Message);
    }
}
