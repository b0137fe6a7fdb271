using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TrivialLayers.Tests;

/// <summary>No source of the libraries writes a number in the words of the country it runs in.</summary>
public sealed class CultureSourceTests
{
    [Fact]
    public void Numbers_and_dates_become_texts_the_same_in_every_country()
    {
        var libraries = Directory.EnumerateDirectories(Path.Combine(RepositoryRoot.Path, "lib"), "TrivialLayers*");
        var found = CultureBoundCode.In(CultureBoundCode.Compile(libraries)).ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("""string text = $"{x}";""")]
    [InlineData("""string text = $"{x:F2} %";""")]
    [InlineData("""string text = $"{maybe}";""")]
    [InlineData("""string text = $"{1234:N0}";""")]
    [InlineData("""string text = $"{day:yyyy}";""")]
    [InlineData("""var seed = -1; string text = $"{seed}";""")]
    [InlineData("""string text = $"{(1, x)}";""")]
    [InlineData("""string text = $"{new Pair(x)}";""")]
    [InlineData("""string text = "a" + x;""")]
    [InlineData("""string text = maybe.ToString();""")]
    [InlineData("""string text = string.Join(", ", new[] { x });""")]
    [InlineData("""string text = string.Create(CultureInfo.InvariantCulture, $"a {(x > 0 ? $"{x}" : "")}");""")]
    [InlineData("""Console.WriteLine(x);""")]
    [InlineData("""new StringBuilder().Append(x);""")]
    [InlineData("""new StringBuilder().Append($"{x}");""")]
    public void Each_way_to_write_them_in_the_words_of_the_country_is_found(string statement) => Assert.Single(CultureBoundCode.In(Method(statement)));

    [Theory]
    [InlineData("""string text = string.Create(CultureInfo.InvariantCulture, $"{x}" + $"{x:F2}");""")]
    [InlineData("""string text = FormattableString.Invariant($"{x}");""")]
    [InlineData("""new StringBuilder().Append(CultureInfo.InvariantCulture, $"{x}");""")]
    [InlineData("""string text = $"{1} {"a"} {1234:x4} {x.ToString(CultureInfo.InvariantCulture)}";""")]
    [InlineData("""Console.WriteLine(1);""")]
    public void What_says_for_whom_it_writes_is_not(string statement) => Assert.Empty(CultureBoundCode.In(Method(statement)));

    private static CSharpCompilation Method(string statement) => CultureBoundCode.Compile([]).AddSyntaxTrees(CSharpSyntaxTree.ParseText(
        $$"""
        using System.Globalization;
        using System.Text;
        record Pair(double Value);
        class Program { static void Write(double x, double? maybe, DateTime day) { {{statement}} } }
        """, CSharpParseOptions.Default.WithPreprocessorSymbols("NET"), "statement.cs", cancellationToken: TestContext.Current.CancellationToken));
}
