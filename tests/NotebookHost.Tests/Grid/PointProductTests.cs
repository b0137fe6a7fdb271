using NotebookHost.Grid;
using NotebookHost.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>The points that a command line asks for.</summary>
public sealed class PointProductTests
{
    private static readonly Dictionary<string, string> s_none = [];

    [Fact]
    public void Every_combination_is_a_point_and_the_last_set_varies_fastest() => Assert.Equal(
        ["001 size=20 seed=1 profile=full", "002 size=20 seed=2 profile=full", "003 size=56 seed=1 profile=full", "004 size=56 seed=2 profile=full"],
        Points(["size=20,56", "seed=1..2"], new() { ["profile"] = "full" }));

    [Fact]
    public void Without_a_set_there_is_one_point() => Assert.Equal(["001 seed=7"], Points([], new() { ["seed"] = "7" }));

    [Theory]
    [InlineData("x=1..3,7", "1 2 3 7")]
    [InlineData("x=-1..1", "-1 0 1")]
    [InlineData("x=a", "a")]
    [InlineData("x=\"1,2\",3", "1,2 3")]
    [InlineData("x=\"\",a", " a")]
    [InlineData("x=1...3", "1...3")]
    [InlineData("x=a=b", "a=b")]
    public void Values_are_listed_counted_or_quoted(string set, string values) =>
        Assert.Equal(values, string.Join(' ', PointProduct.Of("n.ipynb", [set], s_none).Select(point => point.Parameters["x"])));

    [Fact]
    public void Ids_have_as_many_digits_as_the_last_one() => Assert.Equal("0001", PointProduct.Of("n.ipynb", ["x=1..1000"], s_none)[0].Id);

    [Theory]
    [InlineData("x", "--set x: write name=a,b or name=1..5, for example --set seed=1..5.")]
    [InlineData("x=", "--set x=: no value is given for x.")]
    [InlineData("x=a,", "--set x=a,: there is nothing between two commas; write the empty string as \"\".")]
    [InlineData("x=a,b,a", "--set x=a,b,a: the value 'a' is given twice.")]
    [InlineData("x=3..1", "--set x=3..1: 3..1 is an empty range; write the smaller number first.")]
    [InlineData("x=1..9999999", "--set x=1..9999999: 1..9999999 has more than 1,000,000 values, the maximum.")]
    [InlineData("x=\"a", "--set x=\"a: line 1: a quote is opened but never closed.")]
    [InlineData("p=1", "The parameter p is given twice; give it once, with --set or with -p.")]
    [InlineData("id=1", "A parameter called id cannot be set in a grid: the list of points has a column of that name. Rename the notebook's parameter.")]
    public void What_makes_no_points_is_refused(string set, string reason) =>
        Assert.Equal(reason, Assert.Throws<RunException>(() => PointProduct.Of("n.ipynb", [set], new Dictionary<string, string> { ["p"] = "1" })).Message);

    [Fact]
    public void A_slip_of_the_keyboard_makes_no_millions_of_points() =>
        Assert.StartsWith("These --set values make more than 1,000,000 points", Assert.Throws<RunException>(() => PointProduct.Of("n.ipynb", ["a=1..2000", "b=1..2000"], s_none)).Message);

    private static IEnumerable<string> Points(string[] sets, Dictionary<string, string> given) => PointProduct.Of("n.ipynb", sets, given).Select(point => $"{point.Id} {point.Words}");
}
