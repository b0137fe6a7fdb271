using System.Diagnostics;
using NotebookHost.Grid;
using NotebookHost.Running;
using NotebookHost.Tests.Running;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Grid;

/// <summary>A grid for tests: a notebook with the parameters <c>seed</c> and <c>name</c>, and what its runs left.</summary>
internal sealed class GridInFolder : IDisposable
{
    /// <summary>A cell that says that it runs, and waits for leave; an interrupt ends it.</summary>
    public const string WaitForLeave = """
        var asked = (System.Threading.CancellationToken)AppContext.GetData("Notebook.CancellationToken");
        System.IO.File.AppendAllText($"began-{seed}", "x");
        while (!System.IO.File.Exists("leave")) await Task.Delay(20, asked);
        """;

    /// <summary>A cell that loads the library as the notebooks of this repository do.</summary>
    public static readonly string Imports = $"#load \"{System.IO.Path.Combine(RepositoryRoot.Path, "notebooks", "setup.csx").Replace('\\', '/')}\"\nusing TrivialLayers;";

    private readonly NotebookFolder _folder = new();

    /// <param name="cells">The notebook's cells below its parameters.</param>
    public GridInFolder(params string[] cells) => Notebook = RealPath.Of(Use(cells));

    /// <summary>The folder around notebook and grid.</summary>
    public string Around => _folder.Path;

    /// <summary>The grid's folder.</summary>
    public string Path => System.IO.Path.Combine(_folder.Path, "a grid");

    /// <summary>The notebook's file.</summary>
    public string Notebook { get; }

    /// <summary>Gives the notebook other cells below its parameters.</summary>
    public string Use(params string[] cells) => _folder.Write("n", ["[parameters]var seed = 1; var name = \"a\";", .. cells]);

    /// <summary>How often <see cref="WaitForLeave"/> began.</summary>
    public int Began(int seed) => System.IO.Path.Combine(Around, $"began-{seed}") is var path && File.Exists(path) ? File.ReadAllText(path).Length : 0;

    /// <summary>Gives leave.</summary>
    public void Leave() => File.WriteAllText(System.IO.Path.Combine(Around, "leave"), "");

    /// <summary>Waits until something holds.</summary>
    public static async Task Until(Func<bool> holds)
    {
        for (var waited = Stopwatch.StartNew(); !holds(); await Task.Delay(50))
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(3), "It did not happen within three minutes.");
    }

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
            NotebookSha256 = PointResult.Sha256Of(grid.ExecutedOf(point)),
        };
        result.Write(grid.ResultOf(point));
        return result;
    }

    /// <summary>The files in a folder and below it, each by its path from there.</summary>
    public static List<string> FilesIn(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => System.IO.Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();
}
