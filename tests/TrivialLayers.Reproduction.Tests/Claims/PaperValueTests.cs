
namespace TrivialLayers.Tests;

public sealed class PaperValueTests
{
    [Theory]
    [InlineData("", "expected the columns claim,table")]
    [InlineData("claim,value\nC1,1\n", "expected the columns claim,table")]
    [InlineData("claim,table,network,data,layer,quantity,value,unit\nC9,t,n,d,l,q,1,u\n", "line 2: there is no claim \"C9\"")]
    [InlineData("claim,table,network,data,layer,quantity,value,unit\nC1,t,n,d,l,q,1,u\nC1,t,n,d,l,q,many,u\n", "line 3: \"many\" is not a number")]
    [InlineData("claim,table,network,data,layer,quantity,value,unit\nC1,1\n", "line 2 has 2 cells; expected 8")]
    [InlineData("claim,table,network,data,layer,quantity,value,unit\n\"C1,t,n,d,l,q,1,u\n", "line 2")]
    public void Numbers_of_the_paper_that_cannot_be_read_are_refused_with_their_line(string text, string reason)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["paper.csv"], text);
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => PaperValue.Load(folder["paper.csv"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_for_the_papers_numbers_ships_empty() => Assert.Empty(PaperValue.Load());
}
