using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

/// <summary>The ways to show a value that .NET Interactive's notebooks use.</summary>
[Collection(CellsCollection.Name)]
public sealed class DisplayFamilyTests : IDisposable
{
    private readonly CellRun _run = new();

    public void Dispose()
    {
        _run.Dispose();
        Microsoft.DotNet.Interactive.Formatting.Formatter.ResetToDefault();
    }

    [Theory]
    [InlineData("\"<b>x</b>\".DisplayAs(\"text/html\");", "text/html", "<b>x</b>")]
    [InlineData("\"# x\".DisplayAs(\"text/markdown\");", "text/markdown", "# x")]
    [InlineData("\"x\".Display();", "text/plain", "x")]
    [InlineData("0.Display();", "text/plain", "0")]
    [InlineData("((object)null).Display();", "text/plain", "<null>")]
    [InlineData("Javascript(\"1\");", "text/html", "<script type=\"text/javascript\">1</script>")]
    [InlineData("display(new JavaScript(\"1\"));", "text/html", "<script type=\"text/javascript\">1</script>")]
    [InlineData("CSS(\"b { color: red }\");", "text/html", "<style>b { color: red }</style>")]
    [InlineData("display((LaTeXString)@\"\\begin{align}x\\end{align}\");", "text/latex", "\\begin{align}x\\end{align}")]
    [InlineData("display(new MathString(@\"\\frac12\"));", "text/latex", "$$\\frac12$$")]
    [InlineData("using Microsoft.DotNet.Interactive.Formatting; ((MathString)\"$$x$$\").Display();", "text/latex", "$$x$$")]
    [InlineData("using static Microsoft.DotNet.Interactive.Formatting.PocketViewTags; display(span[style:\"color:red\"](b(\"x\"), \"<\"));", "text/html", "<span style=\"color:red\"><b>x</b>&lt;</span>")]
    [InlineData("using Microsoft.DotNet.Interactive; Kernel.display(1);", "text/plain", "1")]
    [InlineData("using Microsoft.DotNet.Interactive; display(Kernel.HTML(\"<b>x</b>\"));", "text/html", "<b>x</b>")]
    [InlineData("using Microsoft.DotNet.Interactive; Kernel.Javascript(\"1\");", "text/html", "<script type=\"text/javascript\">1</script>")]
    [InlineData("Microsoft.DotNet.Interactive.Kernel.CSS(\"b { color: red }\");", "text/html", "<style>b { color: red }</style>")]
    public async Task A_value_shows_as_it_does_there(string cell, string mimeType, string content)
    {
        await _run.Run(cell);
        Assert.Equal(content, (string?)Assert.IsType<DataDisplayed>(Assert.Single(_run.Events)).Data[mimeType]);
    }

    [Fact]
    public async Task The_user_is_asked_as_there_and_a_password_is_not_shown()
    {
        var before = Console.In;
        try
        {
            Console.SetIn(new StringReader("Ann\nsecret\n"));
            await _run.Run("using Microsoft.DotNet.Interactive;", "var name = await Kernel.GetInputAsync(\"Name? \"); var password = await Kernel.GetPasswordAsync(\"Password? \");");
            Assert.Equal("Name? Password? ", _run.Output);
            await _run.Run("$\"{name} {password} {password.GetClearTextPassword()}\"");
            Assert.Equal("Ann ******** secret", _run.PlainResult);
            await _run.Run("password");
            Assert.DoesNotContain("secret", _run.Result!.ToJsonString(), StringComparison.Ordinal);
        }
        finally
        {
            Console.SetIn(before);
        }
    }

    [Theory]
    [InlineData("Kernel.Root.FindKernelByName(\"pwsh\")")]
    [InlineData("Kernel.Current.Name")]
    [InlineData("KernelInvocationContext.Current.Publish(1);")]
    public async Task What_reaches_for_other_kernels_is_refused_with_what_there_is(string code)
    {
        Assert.Equal(CellStatus.DidNotCompile, (await _run.Try($"using Microsoft.DotNet.Interactive;\n{code}")).Status);
        Assert.Contains("This host runs the cells of one C# notebook and has no other kernels. Of .NET Interactive's Kernel it has display, HTML,", _run.Traceback);
        Assert.All(_run.Traceback.Split('\n').Where(line => line.Contains("error CS", StringComparison.Ordinal)), line => Assert.Contains("error CS0619", line));
    }

    [Fact]
    public async Task A_sequence_shows_as_a_table()
    {
        await _run.Run("new[] { new { Layer = \"conv1\", Drop = 0.5 }, new { Layer = \"conv<2>\", Drop = 0.25 } }.DisplayTable();");
        var html = (string?)Assert.IsType<DataDisplayed>(Assert.Single(_run.Events)).Data["text/html"];
        Assert.Contains("Layer", html);
        Assert.Contains("conv&lt;2&gt;", html);
    }

    [Fact]
    public async Task What_is_shown_that_way_can_be_replaced()
    {
        await _run.Run("var shown = \"<b>1</b>\".DisplayAs(\"text/html\"); shown.Update(\"<b>2</b>\"); var number = 1.Display(); number.Update(2);");
        Assert.Equal("<b>2</b>", (string?)Assert.IsType<DisplayUpdated>(_run.Events[1]).Data["text/html"]);
        Assert.Equal("2", (string?)Assert.IsType<DisplayUpdated>(_run.Events[3]).Data["text/plain"]);
    }

    [Theory]
    [InlineData("return 41 + 1;", "42")]
    [InlineData("if (DateTime.Now.Year > 1) { return \"early\"; }\nreturn \"late\";", "early")]
    [InlineData("try { return 1; } finally { Console.Write(2); }", "1")]
    [InlineData("foreach (var i in new[] { 7 }) { switch (i) { case 7: return i; } }", "7")]
    public async Task What_a_cell_returns_is_its_result(string cell, string result)
    {
        await _run.Run(cell);
        Assert.Equal(result, _run.PlainResult);
    }

    [Theory]
    [InlineData("int F() { return 3; }")]
    [InlineData("Func<int> f = () => { return 3; };")]
    [InlineData("if (DateTime.Now.Year > 1) return;\nConsole.Write(1);")]
    [InlineData("class A { int B() { return 3; } }")]
    public async Task What_a_function_returns_is_not(string cell)
    {
        await _run.Run(cell);
        Assert.Empty(_run.Events);
    }

    [Fact]
    public async Task A_chart_of_Plotly_NET_shows_as_a_chart_and_a_formatter_of_the_notebook_wins()
    {
        const string library = """
            namespace Plotly.NET;
            public abstract class GenericChart
            {
                public static string toFigureJson(GenericChart chart) => "{\"data\":[{\"y\":[1,2]}],\"layout\":{}}";
                public static string toChartHTML(GenericChart chart) => "<div>chart</div>";
                public override string ToString() => "Chart (Plotly.NET.Trace2D, …)";
                public sealed class Chart : GenericChart { }
            }
            """;
        AssemblyFile.Build(Path.Combine(_run.Folder, "Plotly.NET.dll"), library);
        await _run.Run("#r \"Plotly.NET.dll\"", "new Plotly.NET.GenericChart.Chart()");
        Assert.Equal("""{"data":[{"y":[1,2]}],"layout":{}}""", _run.Result!["application/vnd.plotly.v1+json"]!.ToJsonString());
        Assert.Equal("<div>chart</div>", (string?)_run.Result["text/html"]);
        Assert.Equal("Chart of Plotly.NET", _run.PlainResult);

        await _run.Run("Formatter.Register<Plotly.NET.GenericChart>(chart => \"own\", \"text/html\");", "new Plotly.NET.GenericChart.Chart()");
        Assert.Equal("own", (string?)_run.Result!["text/html"]);
    }

    [Fact]
    public async Task A_chart_that_cannot_be_written_out_says_what_shows_it()
    {
        AssemblyFile.Build(Path.Combine(_run.Folder, "Plotly.NET.dll"), "namespace Plotly.NET; public class GenericChart { }");
        await _run.Run("#r \"Plotly.NET.dll\"", "new Plotly.NET.GenericChart()");
        Assert.Contains("Plotly.NET.Interactive", _run.PlainResult);
    }
}
