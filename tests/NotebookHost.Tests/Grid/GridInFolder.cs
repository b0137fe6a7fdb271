using NotebookHost.Grid;
using NotebookHost.Tests.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>A grid for tests: a notebook with the parameters <c>seed</c> and <c>name</c>, and what its runs left.</summary>
internal sealed class GridInFolder : IDisposable
{
    private readonly NotebookFolder _folder = new();

    /// <param name="cells">The notebook's cells below its parameters.</param>
    public GridInFolder(params string[] cells) => Notebook = _folder.Write("n", ["[parameters]var seed = 1; var name = \"a\";", .. cells]);

    /// <summary>The folder around notebook and grid.</summary>
    public string Around => _folder.Path;

    /// <summary>The grid's folder.</summary>
    public string Path => System.IO.Path.Combine(_folder.Path, "a grid");

    /// <summary>The notebook's file.</summary>
    public string Notebook { get; }

    /// <summary>Writes the list for these seeds.</summary>
    public GridFolder Write(string seeds) => GridFolder.Planned(Path, PointProduct.Of("../n.ipynb", [$"seed={seeds}"], new Dictionary<string, string>())).WritePoints();

    /// <summary>Opens what is there.</summary>
    public GridFolder Open() => GridFolder.Open(Path);

    /// <summary>Leaves what a finished run leaves.</summary>
    public static PointResult Finish(GridFolder grid, int index, int exit = 0, string? executed = null, double seconds = 2)
    {
        var point = grid.Points[index];
        Directory.CreateDirectory(grid.FolderOf(point));
        File.WriteAllText(grid.ExecutedOf(point), executed ?? Publishing.Executed.Json(null, Publishing.Executed.Tagged("verdict", "", Publishing.Executed.Stream("stdout", $"found by {point.Words}"))));
        var result = new PointResult
        {
            Id = point.Id,
            Notebook = point.Notebook,
            Parameters = point.Parameters,
            Exit = exit,
            Status = exit == 0 ? "succeeded" : "failed",
            Error = exit == 0 ? null : "cell 2: System.Exception: no",
            Host = "node1",
            Job = "12_3",
            Started = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            Ended = new DateTime(2026, 1, 2, 3, 4, 7, DateTimeKind.Utc),
            Seconds = seconds,
            Versions = new Dictionary<string, string> { [".NET"] = "10" },
            CodeSha256 = new string('a', 64),
            NotebookBytes = new FileInfo(grid.ExecutedOf(point)).Length,
        };
        result.Write(grid.ResultOf(point));
        return result;
    }

    public void Dispose() => _folder.Dispose();
}
