using System.Globalization;
using Microsoft.CodeAnalysis.CSharp;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Tests.Running;

/// <summary>What can be given for a parameter, by its type.</summary>
public sealed class ParameterTypeTests : IDisposable
{
    private readonly NotebookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("uint n = 3;", "4", "n = 4u;")]
    [InlineData("ulong n = 3;", "18446744073709551615", "n = 18446744073709551615UL;")]
    [InlineData("long n = 3;", "-9223372036854775808", "n = -9223372036854775808L;")]
    [InlineData("byte n = 3;", "255", "n = 255;")]
    [InlineData("sbyte n = 3;", "-128", "n = -128;")]
    [InlineData("short n = 3;", "-5", "n = -5;")]
    [InlineData("ushort n = 3;", "5", "n = 5;")]
    [InlineData("decimal n = 1.5m;", "1.25", "n = 1.25m;")]
    [InlineData("decimal n = 1.5m;", "1e-3", "n = 0.001m;")]
    [InlineData("char n = 'a';", "b", "n = 'b';")]
    [InlineData("char n = 'a';", "'", "n = '\\'';")]
    [InlineData("var n = 'a';", "b", "n = 'b';")]
    [InlineData("var n = 3u;", "4", "n = 4u;")]
    [InlineData("var n = 3UL;", "4", "n = 4UL;")]
    [InlineData("var n = (byte)3;", "4", "n = 4;")]
    [InlineData("int? n = null;", "4", "n = 4;")]
    [InlineData("int? n = 3;", "null", "n = null;")]
    [InlineData("string? n = null;", "null", "n = \"null\";")]
    [InlineData("Int32 n = 3;", "4", "n = 4;")]
    [InlineData("System.Double n = 3;", "4", "n = 4d;")]
    [InlineData("int[] n = { 1 };", "1, -2,3", "n = new int[] { 1, -2, 3 };")]
    [InlineData("double[] n = [1];", "0.5,1", "n = new double[] { 0.5d, 1d };")]
    [InlineData("string[] n = { };", "a,b c", "n = new string[] { \"a\", \"b c\" };")]
    [InlineData("var n = new[] { 0.5f };", "", "n = new float[0];")]
    [InlineData("var n = -2147483648;", "-5", "n = -5;")]
    [InlineData("var n = -9223372036854775808;", "-5", "n = -5L;")]
    [InlineData("var n = -2147483649;", "-5", "n = -5L;")]
    [InlineData("var n = -3u;", "-5", "n = -5L;")]
    [InlineData("var n = -'a';", "-5", "n = -5;")]
    [InlineData("var n = +1;", "2", "n = 2;")]
    [InlineData("var n = (3);", "4", "n = 4;")]
    [InlineData("var n = 2 * 3;", "4", "n = 4;")]
    [InlineData("var n = 60 * 1.5;", "4", "n = 4d;")]
    [InlineData("var n = \"a\" + \"b\";", "c", "n = \"c\";")]
    [InlineData("var n = $\"{1}\";", "c", "n = \"c\";")]
    [InlineData("var n = !true;", "true", "n = true;")]
    [InlineData("var n = new[] { 1, 2.5 };", "1,2", "n = new double[] { 1d, 2d };")]
    [InlineData("int n = 3;", "0x10", "n = 16;")]
    [InlineData("int n = 3;", "-1_000", "n = -1000;")]
    [InlineData("long n = 3;", "10L", "n = 10L;")]
    [InlineData("double n = 3;", "2.5f", "n = 2.5d;")]
    [InlineData("decimal n = 3;", "1_000.5m", "n = 1000.5m;")]
    [InlineData("int n = 3;", "3.0", "n = 3;")]
    [InlineData("int n = 3;", "16777216f", "n = 16777216;")]
    [InlineData("int n = 3;", "-1e3", "n = -1000;")]
    [InlineData("int n = 3;", "0x0", "n = 0;")]
    [InlineData("long n = 3;", "9007199254740992.0", "n = 9007199254740992L;")]
    [InlineData("long n = 3;", "9007199254740993m", "n = 9007199254740993L;")]
    [InlineData("double n = 3;", "0e5", "n = 0d;")]
    [InlineData("double n = 3;", "5e-324", "n = 5E-324d;")]
    [InlineData("decimal n = 3;", "0.00", "n = 0.00m;")]
    [InlineData("var n = Math.PI;", "3", "n = 3d;")]
    [InlineData("var n = Enumerable.Range(0, 3).ToArray();", "4", "n = new int[] { 4 };")]
    [InlineData("using System.IO; var n = Path.Combine(\"a\", \"b\");", "c", "n = \"c\";")]
    [InlineData("int width = 16; var n = 2 * width;", "4", "n = 4;")]
    [InlineData("const int n = 20;", "56", "const int n = 56;")]
    [InlineData("const string n = \"a\";", "b", "const string n = \"b\";")]
    [InlineData("readonly double n = 1;", "2", "readonly double n = 2d;")]
    public void A_value_is_set_as_the_type_has_it(string declaration, string given, string assignment)
    {
        var document = Load("[parameters]" + declaration, "1");
        new NotebookParameters(document).Inject(new Dictionary<string, string> { ["n"] = given });
        Assert.Equal("// Parameters\n" + assignment, document.Cells[1].Source);
    }

    [Theory]
    [InlineData("1", "int")]
    [InlineData("-1", "int")]
    [InlineData("+1", "int")]
    [InlineData("-1L", "long")]
    [InlineData("-0.5f", "float")]
    [InlineData("-0.5", "double")]
    [InlineData("-0.5m", "decimal")]
    public void The_type_of_a_literal_is_known_without_the_compiler_also_with_a_sign(string value, string type) => Assert.Equal(
        type,
        ParameterType.Of(SyntaxFactory.ParseTypeName("var"), SyntaxFactory.ParseExpression(value), compiled: () => throw new InvalidOperationException("The compiler was asked."))?.ToString());

    [Fact]
    public void A_value_may_use_what_an_earlier_cell_imports()
    {
        var document = Load("using System.IO;\nusing static System.Math;", "[parameters]var n = PI; var file = Path.Combine(\"a\", \"b\");", "1");
        new NotebookParameters(document).Inject(new Dictionary<string, string> { ["n"] = "3", ["file"] = "c" });
        Assert.Equal("// Parameters\nn = 3d;\nfile = \"c\";", document.Cells[2].Source);
    }

    [Fact]
    public void A_name_that_is_a_keyword_is_written_as_C_sharp_wants_it()
    {
        var document = Load("[parameters]int @class = 1;", "1");
        new NotebookParameters(document).Inject(new Dictionary<string, string> { ["class"] = "2" });
        Assert.Equal("// Parameters\n@class = 2;", document.Cells[1].Source);
    }

    [Theory]
    [InlineData("decimal n = 1.5m;", "1,5", "declared as decimal; '1,5' is not a valid decimal; expected a number with a point, such as 1.5.")]
    [InlineData("double n = 1;", "1,5", "'1,5' is not a valid double")]
    [InlineData("double n = 1;", "1.000,5", "'1.000,5' is not a valid double")]
    [InlineData("float n = 1;", "1e39", "'1e39' is not a valid float")]
    [InlineData("decimal n = 1;", "1e30", "'1e30' is not a valid decimal")]
    [InlineData("uint n = 1;", "-1", "'-1' is not a valid uint; expected a whole number from 0 to 4294967295.")]
    [InlineData("byte n = 1;", "256", "'256' is not a valid byte; expected a whole number from 0 to 255.")]
    [InlineData("short n = 1;", "40000", "is not a valid short; expected a whole number")]
    [InlineData("int n = 1;", "1 000", "is not a valid int; expected a whole number")]
    [InlineData("int n = 1;", "null", "is not a valid int; expected a whole number")]
    [InlineData("int n = 1;", "", "'' is not a valid int")]
    [InlineData("int n = 1;", "٣", "is not a valid int; expected a whole number")]
    [InlineData("char n = 'a';", "ab", "is not a valid char; expected one character.")]
    [InlineData("int? n = 1;", "x", "declared as int?; 'x' is not a valid int?")]
    [InlineData("int[] n = { 1 };", "1,,2", "is not a valid int[]; expected a list, separated by commas, of values that are a whole number")]
    [InlineData("const int n = 1;", "x", "is not a valid int; expected a whole number")]
    [InlineData("byte n = 1;", "0x100", "'0x100' is not a valid byte")]
    [InlineData("int n = 1;", "1.5f", "'1.5f' is not a valid int")]
    [InlineData("int n = 1;", "16777217f", "'16777217f' is not a valid int")]
    [InlineData("long n = 1;", "9007199254740993.0", "'9007199254740993.0' is not a valid long")]
    [InlineData("int n = 1;", "2147483648.0", "'2147483648.0' is not a valid int")]
    [InlineData("decimal n = 1;", "1e-40", "'1e-40' is not a valid decimal")]
    [InlineData("decimal n = 1;", "1e-40m", "'1e-40m' is not a valid decimal")]
    [InlineData("float n = 1;", "1e-50", "'1e-50' is not a valid float")]
    [InlineData("double n = 1;", "1e-400", "'1e-400' is not a valid double")]
    [InlineData("double n = 1;", "-1e-400", "'-1e-400' is not a valid double")]
    [InlineData("double n = 1;", "1e-50f", "'1e-50f' is not a valid double")]
    [InlineData("float[] n = { 1 };", "1,1e-50", "'1,1e-50' is not a valid float[]")]
    [InlineData("var n = new[] { 1, \"a\" };", "1", "cannot be set on the command line")]
    [InlineData("var n = Unknown();", "1", "cannot be set on the command line")]
    [InlineData("DateTime n = DateTime.Now;", "today", "Declare it as string, char, bool")]
    [InlineData("int[,] n = null;", "1", "cannot be set on the command line")]
    [InlineData("List<int> n = new();", "1", "cannot be set on the command line")]
    public void What_does_not_fit_is_refused_with_the_words_of_the_type(string declaration, string given, string message)
    {
        var parameters = new NotebookParameters(Load("[parameters]" + declaration));
        Assert.Contains(message, Assert.Throws<RunException>(() => parameters.Check(new Dictionary<string, string> { ["n"] = given })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_machines_culture_changes_nothing()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "−" } };
            A_value_is_set_as_the_type_has_it("double n = 1;", "-1.5", "n = -1.5d;");
            A_value_is_set_as_the_type_has_it("int n = 1;", "-15", "n = -15;");
            What_does_not_fit_is_refused_with_the_words_of_the_type("decimal n = 1;", "1,5", "is not a valid decimal; expected a number");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Defaults_are_reported_as_values() => Assert.Equal(
        """{"a":-1000,"b":-0.5,"c":"x","d":null,"e":"1 + 1"}""",
        new NotebookParameters(Load("[parameters]int a = -1_000; decimal b = -0.5m; char c = 'x'; int? d = null; int e = 1 + 1;")).Inject(new Dictionary<string, string>()).ToJsonString(
            new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Later_cells_see_what_was_set_also_for_a_constant()
    {
        _folder.Write("p", "[parameters]decimal rate = 1.5m; uint steps = 3; const int Depth = 20; int[] widths = { 1 };", "$\"{rate} {steps} {Depth} {widths.Length}\"");
        var (exit, _, error) = await NotebookFolder.Run(_folder.Path, "--out", _folder.Out, "-p", "Depth=56", "-p", "steps=4", "-p", "widths=16,32", "-p", "rate=0.25");
        Assert.Equal((0, ""), (exit, error));
        Assert.Equal("0.25 4 56 2", NotebookFolder.Text(_folder.Outputs("p", 2)[0]!["data"]!["text/plain"]));
    }

    private NotebookDocument Load(params string[] cells) => NotebookDocument.Load(_folder.Write("notebook", cells));
}
