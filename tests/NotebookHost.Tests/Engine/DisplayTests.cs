using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

[Collection(CellsCollection.Name)]
public sealed class DisplayTests : IDisposable
{
    private readonly CellRun _run = new();

    public void Dispose()
    {
        _run.Dispose();
        Microsoft.DotNet.Interactive.Formatting.Formatter.ResetToDefault();
    }

    [Fact]
    public async Task Events_come_in_the_order_of_the_code()
    {
        await _run.Run("Console.Write(1); display(2); Console.Error.Write(3); display(\"4\"); 5");
        Assert.Equal([typeof(StreamWritten), typeof(DataDisplayed), typeof(StreamWritten), typeof(DataDisplayed), typeof(ResultProduced)], _run.Events.Select(e => e.GetType()));
    }

    [Fact]
    public async Task Strings_show_as_plain_text_alone()
    {
        await _run.Run("\"<b>\"");
        Assert.Equal(["text/plain"], _run.Result!.Select(entry => entry.Key));
        Assert.Equal("<b>", _run.PlainResult);
    }

    [Fact]
    public async Task HTML_shows_as_it_is()
    {
        await _run.Run("HTML(\"<b>bold</b>\")");
        Assert.Equal("<b>bold</b>", (string?)_run.Result!["text/html"]);
    }

    [Fact]
    public async Task Display_takes_the_mime_type_to_use()
    {
        await _run.Run("display(new[] { 1 }, \"application/json\");");
        var data = Assert.IsType<DataDisplayed>(Assert.Single(_run.Events)).Data;
        Assert.Equal("""{"application/json":[1],"text/plain":"[ 1 ]"}""", data.ToJsonString());
    }

    [Fact]
    public async Task A_shown_value_can_be_replaced_by_a_later_cell()
    {
        await _run.Run("var shown = display(1);");
        var first = Assert.IsType<DataDisplayed>(Assert.Single(_run.Events));
        await _run.Run("shown.Update(2);");
        var second = Assert.IsType<DisplayUpdated>(Assert.Single(_run.Events));
        Assert.Equal(first.DisplayId, second.DisplayId);
        Assert.Equal("2", (string?)second.Data["text/plain"]);
    }

    [Fact]
    public async Task A_type_can_show_in_several_mime_types_at_once_and_json_types_are_json()
    {
        await _run.Run(
            """
            #r "Microsoft.DotNet.Interactive.Formatting"
            using Microsoft.DotNet.Interactive.Formatting;
            class Chart { public override string ToString() => "a chart"; }
            Formatter.Register<Chart>(c => "<i>chart</i>", "text/html");
            Formatter.Register<Chart>(c => "<svg/>", "image/svg+xml");
            Formatter.Register<Chart>(c => "{\"data\":[1]}", "application/vnd.plotly.v1+json");
            Formatter.SetPreferredMimeTypesFor(typeof(Chart), "application/vnd.plotly.v1+json", "image/svg+xml", "text/html");
            """,
            "new Chart()");
        Assert.Equal("""{"application/vnd.plotly.v1+json":{"data":[1]},"image/svg+xml":"<svg/>","text/html":"<i>chart</i>","text/plain":"a chart"}""",
            _run.Result!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public async Task Plain_text_beside_a_richer_type_lists_what_has_no_text_of_its_own()
    {
        await _run.Run("new[] { 1, 2 }");
        Assert.Equal("[ 1, 2 ]", _run.PlainResult);
    }

    [Fact]
    public async Task A_formatter_that_throws_is_an_error_of_the_cell()
    {
        await _run.Run("class Bad { } Microsoft.DotNet.Interactive.Formatting.Formatter.Register<Bad>(b => throw new InvalidOperationException(\"cannot show\"), \"text/html\");");
        var result = await _run.Try("new Bad()");
        Assert.Equal(CellStatus.Threw, result.Status);
        Assert.Contains("cannot show", result.Error!.Value);
    }
}
