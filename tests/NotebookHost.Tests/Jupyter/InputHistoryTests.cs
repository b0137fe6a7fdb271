using System.Text.Json.Nodes;
using NotebookHost.Jupyter;

namespace NotebookHost.Tests.Jupyter;

public sealed class InputHistoryTests
{
    private readonly InputHistory _history = new();

    public InputHistoryTests()
    {
        _history.Add(1, "var a = 1;", null);
        _history.Add(2, "a + 1", "2");
        _history.Add(3, "a + 1", "2");
    }

    [Theory]
    [InlineData("""{"hist_access_type":"tail","n":2}""", """[[0,2,"a \u002B 1"],[0,3,"a \u002B 1"]]""")]
    [InlineData("""{"hist_access_type":"tail","n":1,"output":true}""", """[[0,3,["a \u002B 1","2"]]]""")]
    [InlineData("""{"hist_access_type":"range","session":0,"start":1,"stop":2}""", """[[0,1,"var a = 1;"]]""")]
    [InlineData("""{"hist_access_type":"range","session":7}""", "[]")]
    [InlineData("""{"hist_access_type":"search","pattern":"var*"}""", """[[0,1,"var a = 1;"]]""")]
    [InlineData("""{"hist_access_type":"search","pattern":"a*","unique":true}""", """[[0,3,"a \u002B 1"]]""")]
    public void Cells_are_found_by_place_and_by_pattern(string request, string found) => Assert.Equal(found, Ask(request));

    [Fact]
    public void Another_way_to_ask_is_refused_by_name() =>
        Assert.Contains("'all'", Assert.Throws<MalformedMessageException>(() => Ask("""{"hist_access_type":"all"}""")).Message);

    private string Ask(string request) =>
        _history.Answer(KernelMessage.Create("history_request", "s", [], [], JsonNode.Parse(request)!.AsObject()))["history"]!.ToJsonString();
}
