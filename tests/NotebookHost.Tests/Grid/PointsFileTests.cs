using CsCheck;
using NotebookHost.Grid;
using NotebookHost.Running;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Grid;

/// <summary>The list of a grid's points, which people write and change by hand.</summary>
public sealed class PointsFileTests
{
    private static readonly Gen<string> s_value = Gen.OneOf(Gen.Char[" ,\"\r\n=.'"], Gen.Char['a', 'z']).Array[0, 8].Select(characters => new string(characters));

    [Fact]
    public void What_is_written_is_read_back() =>
        Gen.Select(s_value, s_value, Gen.Bool).Array[1, 8].SampleRepeatably(
            values =>
            {
                var points = values.Distinct().Select((value, index) => new GridPoint(
                    $"p{index}", "../n.ipynb", new Dictionary<string, string>([new("a", value.Item1), .. value.Item3 ? new[] { KeyValuePair.Create("b c", value.Item2) } : []]))).DistinctBy(point => point.Asks).ToList();
                Assert.Equal(points.Select(point => (point.Id, point.Asks)), PointsFile.Parse(PointsFile.ToText(points)).Select(point => (point.Id, point.Asks)));
            },
            count: 1000);

    [Fact]
    public void A_list_by_hand_may_have_any_order_of_columns_ids_of_its_own_and_empty_fields_for_defaults()
    {
        var points = PointsFile.Parse("\uFEFFseed,id,notebook,size\r\n1,small,a.ipynb,\r\n\r\n2,large-1,b.ipynb,\"\"\r\n");
        Assert.Equal(["small a.ipynb seed=1", "large-1 b.ipynb seed=2 size="], points.Select(point => $"{point.Id} {point.Notebook} {point.Words}"));
    }

    [Fact]
    public void Ids_and_the_notebook_may_be_left_out() =>
        Assert.Equal(["001 n.ipynb seed=1", "002 n.ipynb seed=2"], PointsFile.Parse("seed\n1\n2\n", "n.ipynb").Select(point => $"{point.Id} {point.Notebook} {point.Words}"));

    [Theory]
    [InlineData(";")]
    [InlineData("\t")]
    public void A_list_with_another_separator_is_refused_also_where_the_notebook_is_given(string separator) =>
        Assert.Equal(
            $"line 1: there is no column notebook among 'id{separator}seed'; columns are separated by commas",
            Assert.Throws<RunException>(() => PointsFile.Parse($"id{separator}seed\na{separator}1\n", "n.ipynb")).Message);

    [Theory]
    [InlineData("", "line 1: expected a header line with the column names (id, notebook, then parameters), found nothing")]
    [InlineData("id,notebook,seed\n", "line 1: there are no points below the header line")]
    [InlineData("id;notebook\na;n.ipynb\n", "line 1: there is no column notebook among 'id;notebook'; columns are separated by commas")]
    [InlineData("id,notebook,,b\n", "line 1: column 3 has no name")]
    [InlineData("id,notebook,b,b\n", "line 1: two columns are called b")]
    [InlineData("id,notebook,s\na,n.ipynb,1,2\n", "line 2: 4 fields, where the first line names 3 columns; a value with a comma needs quotes")]
    [InlineData("id,notebook\n../a,n.ipynb\n", "line 2: '../a' cannot be an id: expected 1 to 60 letters a to z, digits, '-', '_' and '.', not starting or ending with a dot, and not a reserved Windows device name")]
    [InlineData("id,notebook\n,n.ipynb\n", "line 2: '' cannot be an id: expected 1 to 60 letters a to z, digits, '-', '_' and '.', not starting or ending with a dot, and not a reserved Windows device name")]
    [InlineData("id,notebook\nnul.1,n.ipynb\n", "line 2: 'nul.1' cannot be an id: expected 1 to 60 letters a to z, digits, '-', '_' and '.', not starting or ending with a dot, and not a reserved Windows device name")]
    [InlineData("id,notebook\na,n.py\n", "line 2: 'n.py' is not a notebook: its name does not end in .ipynb")]
    [InlineData("id,notebook\na,\n", "line 2: '' is not a notebook: its name does not end in .ipynb")]
    [InlineData("id,notebook,s\na,n.ipynb,1\n\nA,n.ipynb,2\n", "line 4: the id A is taken by an earlier line (s=1); each point needs its own")]
    [InlineData("id,notebook,s\na,n.ipynb,1\nb,n.ipynb,1\n", "line 3: point b is identical to point a: n.ipynb s=1")]
    public void A_slip_is_refused_by_its_line(string text, string reason) => Assert.Equal(reason, Assert.Throws<RunException>(() => PointsFile.Parse(text)).Message);

    [Fact]
    public void No_text_is_an_error_of_another_kind() =>
        Gen.OneOf(Gen.Const("id"), Gen.Const("notebook"), Gen.Const(","), Gen.Const("\n"), Gen.Const("a.ipynb"), Gen.Const("\""), Gen.Const("x")).Array[0, 20].Select(string.Concat).SampleRepeatably(
            text =>
            {
                try
                {
                    Assert.All(PointsFile.Parse(text), point => Assert.True(GridPoint.IsId(point.Id)));
                }
                catch (RunException e)
                {
                    Assert.StartsWith("line ", e.Message, StringComparison.Ordinal);
                }
            },
            count: 5000);
}
