using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

/// <summary>The magic commands of .NET Interactive that C# notebooks use.</summary>
[Collection(CellsCollection.Name)]
public sealed class MagicCommandTests : IDisposable
{
    private readonly CellRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("#!html\n<b>hello</b>", "text/html", "<b>hello</b>")]
    [InlineData("#!HTML\r\n\r\n<b>hello</b>", "text/html", "<b>hello</b>")]
    [InlineData("#!markdown\n* first\n* \"second", "text/markdown", "* first\n* \"second")]
    [InlineData("#!javascript\nalert(1);", "text/html", "<script type=\"text/javascript\">alert(1);</script>")]
    [InlineData("#!js\nalert(1);", "text/html", "<script type=\"text/javascript\">alert(1);</script>")]
    public async Task What_is_no_code_is_shown(string cell, string mimeType, string content)
    {
        await _run.Run(cell);
        Assert.Equal(content, (string?)Assert.IsType<DataDisplayed>(Assert.Single(_run.Events)).Data[mimeType]);
    }

    [Fact]
    public async Task The_language_changes_within_a_cell_and_the_last_value_is_its_result()
    {
        await _run.Run("var x = 1;\n#!html\n<b>\"</b>\n#!csharp\nx + 1\n#!c#\nx + 2");
        Assert.Equal([typeof(DataDisplayed), typeof(DataDisplayed), typeof(ResultProduced)], _run.Events.Select(e => e.GetType()));
        Assert.Equal("3", _run.PlainResult);
    }

    [Theory]
    [InlineData("#!time\n1 + 1")]
    [InlineData("#!csharp\n#!time\n1 + 1")]
    [InlineData("#!time")]
    public async Task A_cell_can_say_how_long_it_took(string cell)
    {
        await _run.Run(cell);
        Assert.StartsWith("Wall time: ", (string?)Assert.IsType<DataDisplayed>(_run.Events[^1]).Data["text/plain"]);
    }

    [Fact]
    public async Task Lines_of_errors_are_those_of_the_cell()
    {
        await _run.Try("#!time\n#!html\n<b/>\n#!csharp\n1 +\nunknown");
        Assert.Contains("cell 1 (6,1): error CS0103", _run.Traceback);
        await _run.Try("#!time\n\nthrow new InvalidOperationException();");
        Assert.Contains("3 | throw new InvalidOperationException();", _run.Traceback);
    }

    [Theory]
    [InlineData("#!fsharp\nprintfn \"hello\"", "This host runs C#; cell 1 is F#.")]
    [InlineData("Console.Write(1);\n#!pwsh\nls", "This host runs C#; cell 1 is PowerShell from line 2 on.")]
    [InlineData("#!html\n<b/>\n#!F#\n1", "This host runs C#; cell 1 is F# from line 3 on.")]
    [InlineData("Console.Write(1);\n#!share --from fsharp x", "it has no variables of F#")]
    [InlineData("Console.Write(1);\n#!value --name x\ntext", "write the text as a C# string")]
    [InlineData("Console.Write(1);\n#!connect jupyter", "cannot connect to other kernels")]
    [InlineData("Console.Write(1);\n#!nonsense", "There is no magic command #!nonsense here. This host knows #!csharp")]
    [InlineData("Console.Write(1);\n#!import", "#!import names no file")]
    [InlineData("Console.Write(1);\n#!set --name x", "#!set has no --value")]
    [InlineData("Console.Write(1);\n#!set --name x --value \"@password:Your key\"", "does not know where @password:Your key comes from")]
    [InlineData("Console.Write(1);\n#!set --name x --value @file:data.txt", "does not know where @file:data.txt comes from")]
    [InlineData("Console.Write(1);\n#!set --name x --value @password:key", "does not know where @password:key comes from")]
    [InlineData("var y = 1; Console.Write(1);\n#!set --name x --mime-type text/html --value @csharp:y", "leave out --mime-type")]
    [InlineData("var y = 1; Console.Write(1);\n#!share --from csharp y --as x --mime-type text/html", "#!share takes the value itself here; leave out --mime-type")]
    [InlineData("var y = 1; Console.Write(1);\n#!set --byref --name x --value @csharp:y", "#!set has no option --byref here; expected --name or --value.")]
    [InlineData("var y = 1; Console.Write(1);\n#!share --from csharp y --byref", "#!share has no option --byref here; expected --from or --as.")]
    public async Task What_this_host_does_not_do_is_refused_before_anything_of_the_cell_runs(string cell, string message)
    {
        Assert.Equal(CellStatus.DidNotCompile, (await _run.Try(cell)).Status);
        Assert.Contains(message, _run.Traceback);
        Assert.Equal("", _run.Output);
    }

    [Fact]
    public async Task A_language_without_a_line_of_it_is_no_reason_to_refuse() => await _run.Run("#!fsharp\n#!csharp\n1");

    [Theory]
    [InlineData("var s = @\"\n#!fsharp\n\"; s.Trim()", "#!fsharp")]
    [InlineData("var s = \"\"\"\n#!time\n\"\"\"; s", "#!time")]
    [InlineData("/*\n#!fsharp\n*/ 1", "1")]
    [InlineData("#!/usr/bin/env dotnet-script\n3", "3")]
    public async Task In_strings_comments_and_parts_that_are_off_nothing_is_a_command(string cell, string result)
    {
        await _run.Run(cell);
        Assert.Equal(result, _run.PlainResult);
    }

    [Theory]
    [InlineData("#!set --name y --value @csharp:x\ny + 1", "42")]
    [InlineData("#!share --from csharp x --as y\ny + 1", "42")]
    [InlineData("#!share x\nx + 1", "42")]
    [InlineData("#!set --name y --value 5\nusing System.IO;\nPath.Combine(y, \"b\")", "5/b")]
    [InlineData("#!set --name y --value one\n#!set --name y --value two\ny", "two")]
    [InlineData("var z = x + 1;\n#!share --from csharp z --as y\ny", "42")]
    [InlineData("#!set --name words --value \"one two \\\" three\"\nwords", "one two \" three")]
    [InlineData("#!set --name dashes --value --five\ndashes", "--five")]
    [InlineData("#!set --name url --value https://example.org/#!x\nurl", "https://example.org/#!x")]
    public async Task A_variable_can_be_taken_over(string cell, string result)
    {
        await _run.Run("var x = 41;", cell);
        Assert.Equal(result, _run.PlainResult);
    }

    [Fact]
    public async Task The_variables_are_listed()
    {
        await _run.Run("var x = 1;", "var y = \"two\"; int F() => 3;", "var x = 2.5;", "#!who");
        Assert.Equal("x, y", (string?)Assert.IsType<DataDisplayed>(Assert.Single(_run.Events)).Data["text/plain"]);
        await _run.Run("#!whos");
        Assert.Contains("Double", (string?)Assert.IsType<DataDisplayed>(Assert.Single(_run.Events)).Data["text/html"]);
        await _run.Run("#!lsmagic");
        Assert.Contains("#!import", (string?)Assert.IsType<DataDisplayed>(Assert.Single(_run.Events)).Data["text/plain"]);
    }

    [Fact]
    public void The_code_alone_stands_where_it_stood()
    {
        const string cell = "#!time\nvar x = 1;\n#!html\n<b>\n#!csharp\nx";
        Assert.Equal("      \nvar x = 1;\n      \n   \n        \nx", CellText.CodeOnly(cell));
    }

    [Fact]
    public void Any_text_can_be_taken_apart()
    {
        string[] pieces = ["#!html\n", "#!csharp\n", "#!time\n", "#!nonsense\n", "\n", "\"", "@\"", "\"\"\"", "/*", "*/", "#if A\n", "#endif\n", "x = 1;", "\r\n", "$\"{", "}", "#!", "'", "#!set --name \"", "#!import \"a b\"\n"];
        var random = new Random(20);
        for (var i = 0; i < 5_000; i++)
        {
            var cell = string.Concat(random.GetItems(pieces, random.Next(12)));
            Assert.Equal(cell.Length, CellText.CodeOnly(cell).Length);
            try
            {
                Assert.NotNull(CellText.Parse(cell, "cell 1").Parts);
            }
            catch (CellErrorException e)
            {
                Assert.Contains("#!", e.Message);
            }
        }
    }
}
