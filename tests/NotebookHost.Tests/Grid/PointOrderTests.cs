using NotebookHost.Grid;
using NotebookHost.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>The order in which points are begun.</summary>
public sealed class PointOrderTests
{
    private static readonly IReadOnlyList<PointState> s_states =
        [.. PointProduct.Of("n.ipynb", ["size=56,110,20", "seed=10,9"], new Dictionary<string, string>()).Select(point => new PointState(point, PointStatus.Waiting))];

    [Theory]
    [InlineData(null, "56/10 56/9 110/10 110/9 20/10 20/9")]
    [InlineData("size", "20/10 20/9 56/10 56/9 110/10 110/9")]
    [InlineData("-size", "110/10 110/9 56/10 56/9 20/10 20/9")]
    [InlineData("seed", "56/9 110/9 20/9 56/10 110/10 20/10")]
    [InlineData("seed,-size", "110/9 56/9 20/9 110/10 56/10 20/10")]
    public void Numbers_go_by_size_and_what_is_equal_stays_as_it_was(string? priority, string order) =>
        Assert.Equal(order, string.Join(' ', PointOrder.Of(s_states, priority).Select(state => $"{state.Point.Parameters["size"]}/{state.Point.Parameters["seed"]}")));

    [Fact]
    public void No_value_comes_first_then_numbers_then_texts()
    {
        var points = PointsFile.Parse("v\nb\n2\n\"\"\na\n10\n", "n.ipynb").Append(new GridPoint("z", "n.ipynb", new Dictionary<string, string>()));
        Assert.Equal("-;2;10;;a;b", string.Join(';', PointOrder.Of([.. points.Select(point => new PointState(point, PointStatus.Waiting))], "v").Select(state => state.Point.Parameters.GetValueOrDefault("v", "-"))));
    }

    [Fact]
    public void A_name_that_no_point_sets_is_refused() =>
        Assert.Equal("--priority deph: no point sets deph. They set: size, seed.", Assert.Throws<RunException>(() => PointOrder.Of(s_states, "deph")).Message);
}
