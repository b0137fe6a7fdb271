using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using NotebookHost.Notebook;
using NotebookHost.Publishing;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Publishing;

/// <summary>Code in colours, whatever the code is. <c>TRIVIAL_LAYERS_TRIES</c> and <c>TRIVIAL_LAYERS_SEED</c> ask for more tries and others; see <c>tests/RELIABILITY.md</c>.</summary>
public sealed partial class CodeTests
{
    private static readonly string[] s_pieces =
    [
        "\"", "'", "`", "\"\"\"", "'''", "\\", "\\\"", "\n", "\r\n", " ", "\t", "/*", "*/", "//", "--", "#", "#r ", "<!--", "-->", "<", ">", "</", "<![CDATA[", "]]>", "<?", "(*", "*)",
        "<#", "#>", "$\"", "@\"", "$@\"", "$$\"\"\"", "{", "}", "[", "]", "(", ")", ",", ":", ";", "=", "0x1F", "1e-5", "1.5.", "9", "_", "var", "name and name", "layer1.0.conv1", "é",
        "🎓", "\0", "&amp;", "%", "!", "$$$$", "@@@",
    ];

    [Fact]
    public void Random_code_in_every_language_keeps_every_character()
    {
        var tries = Asked("TRIVIAL_LAYERS_TRIES", 100);
        var random = new Random(Asked("TRIVIAL_LAYERS_SEED", 20301));
        var slowest = TimeSpan.Zero;
        foreach (var language in CodeLanguages.Names)
        {
            for (var i = 0; i < tries; i++)
            {
                var code = string.Concat(Enumerable.Range(0, random.Next(1, 200)).Select(_ => s_pieces[random.Next(s_pieces.Length)]));
                var clock = Stopwatch.StartNew();
                var html = CodeHtml.Of(code, language);
                slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
                var begin = code.StartsWith('\n') ? "\n" : ""; // a browser drops it
                Assert.Equal(begin + code, WebUtility.HtmlDecode(OwnTags().Replace(html, "")));
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant($"{CodeLanguages.Names.Count()} names, {tries} tries each, slowest {slowest.TotalMilliseconds:F0} ms"));
    }

    /// <summary>As <c>publish</c> takes it, through everything that stands between a cell and a page.</summary>
    [Fact]
    public void Random_fences_in_every_language_become_part_of_a_page()
    {
        var tries = Asked("TRIVIAL_LAYERS_TRIES", 20);
        var random = new Random(Asked("TRIVIAL_LAYERS_SEED", 20302));
        var (slowest, overASecond) = (TimeSpan.Zero, 0);
        foreach (var language in CodeLanguages.Names.Select(CodeLanguages.Find).Distinct())
        {
            for (var i = 0; i < tries; i++)
            {
                var fence = new string(random.Next(2) == 0 ? '`' : '~', random.Next(3, 6));
                var code = string.Concat(Enumerable.Range(0, random.Next(1, 200)).Select(_ => s_pieces[random.Next(s_pieces.Length)]));
                var end = random.Next(4) == 0 ? "" : $"\n{fence}"; // some have none
                var markdown = $"{fence}{language!.Names[0]}\n{code}{end}";
                var (html, took) = Rendered(markdown);
                if (took > TimeSpan.FromSeconds(1))
                    (html, took) = Rendered(markdown); // the machine may have been busy with something else
                overASecond += took > TimeSpan.FromSeconds(1) ? 1 : 0;
                slowest = took > slowest ? took : slowest;
                Assert.True(html.StartsWith("<div class=\"code\"><pre>", StringComparison.Ordinal) && !html.Contains("rendering took longer", StringComparison.Ordinal), $"Fence {i} of {language.Names[0]} became {html}; it was {JsonSerializer.Serialize(markdown)}");
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant($"{CodeLanguages.Names.Select(CodeLanguages.Find).Distinct().Count()} languages, {tries} fences each, slowest {slowest.TotalMilliseconds:F0} ms, {overASecond} over a second"));
    }

    [Fact]
    public void What_begins_and_never_ends_is_not_looked_through_again_from_each_beginning()
    {
        // 20,000 times through all of it would not end while anyone waits.
        foreach (var language in CodeLanguages.Names.Select(CodeLanguages.Find).Distinct())
        {
            foreach (var piece in (string[])["\"", "'", "\\\"", "`", "\"\"\" ", "/*", "--", "<!--", "<a \"", "<?", "$$$$", "@\"", "(*", "name and 1e-5"])
                Assert.NotNull(TimeLimit.Try(TimeSpan.FromMinutes(1), () => CodeHtml.Of(string.Concat(Enumerable.Repeat(piece, 20_000)), language!.Names[0])));
        }
    }

    [Theory]
    [InlineData("json", "{\"layers\": [\"conv1\", \"layer1.0.conv1 and layer1.0.conv2\"]}\n", "\"layers\"|\"conv1\"|\"layer1.0.conv1 and layer1.0.conv2\"")]
    [InlineData("json", "{\"a\": \"no end\n}", "\"a\"|\"no end")]
    [InlineData("python", "'''a\nb''' + f\"{x}\" # 'c'", "'''a\nb'''|\"{x}\"")]
    [InlineData("fsharp", "let f (x: 'a) = \"s\" + string 'c'", "\"s\"|'c'")]
    [InlineData("sql", "select 'it''s' from \"t\"", "'it''s'|\"t\"")]
    [InlineData("xml", "it's <a b=\"c\" d='e'>\"f\"</a>", "\"c\"|'e'")]
    [InlineData("csharp", "@\"a\"\"b\\\" + $@\"c\" + '\"' + \"\\\"\" + \"\"\"\" d \"\"\" e \"\"\"\"", "@\"a\"\"b\\\"|$@\"c\"|'\"'|\"\\\"\"|\"\"\"\" d \"\"\" e \"\"\"\"")]
    public void Strings_are_found(string language, string code, string strings)
    {
        var page = Read(Page(Markdown($"```{language}\n{code}\n```")));
        Assert.Equal(strings, string.Join('|', page.QuerySelectorAll(".code .string").Select(part => part.TextContent)));
    }

    [Theory]
    [InlineData("python", "def f(): # x", "def", "# x")]
    [InlineData("SQL", "SELECT 1 -- x", "SELECT", "-- x")]
    [InlineData("html", "<p>var</p><!-- x -->", "p|p", "<!-- x -->")]
    [InlineData("bash", "if echo $# # x", "if", "# x")]
    [InlineData("ts", "const x = `a${b}`; /* x", "const", "/* x")]
    public void Keywords_and_comments_are_found(string language, string code, string keywords, string comment)
    {
        var page = Read(Page(Markdown($"```{language}\n{code}\n```")));
        Assert.Equal(keywords, string.Join('|', page.QuerySelectorAll(".code .keyword").Select(part => part.TextContent)));
        Assert.Equal(comment, page.QuerySelector(".code .comment")!.TextContent);
    }

    [Fact]
    public void Code_in_a_language_unknown_here_is_plain()
    {
        var page = Read(Page(Markdown("```poem\n\n\"rose\" <is>\n```")));
        Assert.Equal("\n\"rose\" <is>", page.QuerySelector(".code pre")!.TextContent);
        Assert.Empty(page.QuerySelectorAll(".code span"));
    }

    [Fact]
    public void Work_that_does_not_end_is_given_up_and_its_errors_are_the_callers()
    {
        using var never = new ManualResetEventSlim();
        Assert.Null(TimeLimit.Try(TimeSpan.FromMilliseconds(20), () =>
        {
            never.Wait(TestContext.Current.CancellationToken);
            return "";
        }));
        Assert.Equal("done", TimeLimit.Try(TimeSpan.FromMinutes(1), () => "done"));
        Assert.Throws<NotebookFormatException>(() => TimeLimit.Try<string>(TimeSpan.FromMinutes(1), () => throw new NotebookFormatException("no")));
        never.Set();
    }

    private static (string Html, TimeSpan Took) Rendered(string markdown)
    {
        var clock = Stopwatch.StartNew();
        return (new Prose(new SafeHtml(new NotebookPictures(null))).Add(markdown, null), clock.Elapsed);
    }

    private static int Asked(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    [GeneratedRegex("</?(?:div|pre|span)(?: class=\"[a-zA-Z]+\")?>")]
    private static partial Regex OwnTags();
}
