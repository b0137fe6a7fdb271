using System.Text.Json.Nodes;
using NotebookHost.Grid;
using NotebookHost.Running;
using static NotebookHost.Tests.Publishing.Executed;

namespace NotebookHost.Tests.Grid;

/// <summary>What a grid found, in one table.</summary>
public sealed class GridTableTests : IDisposable
{
    private readonly GridInFolder _made = new();

    public void Dispose() => _made.Dispose();

    [Fact]
    public void Each_point_is_a_row_with_its_parameters_its_end_and_what_it_found()
    {
        var grid = _made.Write("1..4");
        GridInFolder.Finish(grid, 0, executed: Json(null, Tagged("verdict", "", Shown(Told("C4", "✓ reproduced")), Stream("stdout", "and <words>, \"too\""))));
        GridInFolder.Finish(grid, 1, seconds: 61.5);
        GridInFolder.Finish(grid, 2, exit: 1, executed: Json(null, Code("1")));
        Assert.Equal(
            """"
            id,notebook,seed,status,error,seconds,host,job,started,C4,C4 measured,C4 runs,verdict
            001,../n.ipynb,1,done,,2,node1,12_3,2026-01-02T03:04:05Z,✓ reproduced,0.5,aa bb,"and <words>, ""too"""
            002,../n.ipynb,2,done,,61.5,node1,12_3,2026-01-02T03:04:05Z,,,,found by seed=2
            003,../n.ipynb,3,failed,cell 2: System.Exception: no,2,node1,12_3,2026-01-02T03:04:05Z,,,,
            004,../n.ipynb,4,waiting,,,,,,,,,

            """".ReplaceLineEndings("\n"),
            new GridTable(grid, grid.States()).ToCsv());
    }

    [Fact]
    public void The_grids_own_columns_keep_their_names_where_a_parameter_or_a_finding_has_the_same()
    {
        var parameters = new Dictionary<string, string> { ["seconds"] = "30", ["status"] = "cold", ["verdict"] = "mine", ["C4"] = "on" };
        var grid = GridFolder.Planned(_made.Path, [new GridPoint("001", "../n.ipynb", parameters)]).WritePoints();
        GridInFolder.Finish(grid, 0, exit: 1, executed: Json(null, Tagged("verdict", "", Shown(Told("C4", "✓ reproduced")), Stream("stdout", "words"))));
        var row = new GridTable(grid, grid.States()).Rows[0];
        Assert.Equal(["failed", "2", "words", "on"], new[] { "status", "seconds", "verdict", "C4" }.Select(column => row[column]));
        Assert.Equal(["cold", "30", "mine"], new[] { "status", "seconds", "verdict" }.Select(column => row[$"{column} (parameter)"]));
        Assert.Equal("✓ reproduced", row["C4 (found)"]);
    }

    [Fact]
    public void A_table_of_one_row_in_a_cell_tagged_collect_has_columns_of_its_own()
    {
        var grid = _made.Write("1..2");
        GridInFolder.Finish(grid, 0, executed: Json(null,
            Tagged("collect", "", Shown(("text/html", $"<p>ResNet-20</p>{Table("<th>seed</th><th>test accuracy (%)</th><th>parameters</th><th>drop</th>", "<td>1</td><td>90.54</td><td>272,186</td><td>−0.36</td>")}"), ("text/plain", "words"))),
            Tagged("collect", "", Shown(("text/html", Table("<th>truth</th>", "<td>a</td>", "<td>b</td>")))),
            Code("", Shown(("text/html", Table("<th>other</th>", "<td>1</td>"))))));
        GridInFolder.Finish(grid, 1, executed: Json(null, Tagged("collect", "", Shown(("text/html", Table("<th>seed</th><th>epochs</th><th>sizes</th>", "<td>7</td><td>30</td><td>20,16</td>"))))));
        Assert.Equal(
            """
            drop,epochs,parameters,seed (found),sizes,test accuracy (%)
            -0.36,,272186,,,90.54
            ,30,,7,"20,16",

            """.ReplaceLineEndings("\n"),
            Found(new GridTable(grid, grid.States())));

        static string Table(string headings, params string[] rows) => $"<table><thead><tr>{headings}</tr></thead><tbody>{string.Concat(rows.Select(row => $"<tr>{row}</tr>"))}</tbody></table>";

        static string Found(GridTable table) => CsvText.Write(table.Rows.Select(row => Own(table).Select(column => row.GetValueOrDefault(column))).Prepend(Own(table)));

        static IEnumerable<string> Own(GridTable table) => table.Columns.SkipWhile(column => column != "started").Skip(1);
    }

    [Fact]
    public void The_page_shows_the_same_and_leads_to_the_executed_notebooks()
    {
        var grid = _made.Write("1..2");
        GridInFolder.Finish(grid, 0, executed: Json(null, Tagged("verdict", "", Stream("stdout", "<script>alert(1)</script>"))));
        var page = Read(GridPage.ToHtml(grid, new GridTable(grid, grid.States())));
        Assert.Equal("Grid a grid", page.QuerySelector("h1")!.TextContent);
        Assert.Equal("1 of 2 points done, 1 waiting · 2.0 s in all", page.QuerySelector(".run")!.TextContent);
        var rows = page.QuerySelectorAll("tbody tr").ToList();
        Assert.Equal(["001", "002"], rows.Select(row => row.Children[0].TextContent));
        Assert.Equal("points/001/n.ipynb", page.QuerySelector("tbody a")!.GetAttribute("href"));
        Assert.Equal("<script>alert(1)</script>", rows[0].LastElementChild!.TextContent);
        Assert.Null(page.QuerySelector("script"));
    }

    private static (string, JsonNode) Told(string subject, string outcome) =>
        (Finding.MimeType, new JsonObject { ["subject"] = subject, ["outcome"] = outcome, ["measured"] = "0.5", ["statement"] = "It does.", ["sources"] = "aa bb" });
}
