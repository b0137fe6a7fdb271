using System.Globalization;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>Hands points of a grid to Slurm, in as many arrays as its limit on one asks for. Nothing of this program stays behind.</summary>
/// <param name="grid">The grid.</param>
/// <param name="options">What the user asks for.</param>
internal sealed class SlurmSubmission(GridFolder grid, SlurmOptions options)
{
    /// <summary>The arrays to submit: what each runs, and its script.</summary>
    public IEnumerable<(IReadOnlyList<GridPoint> Points, string Script)> Plan(IReadOnlyList<GridPoint> points, int mostTasks) =>
        points.Chunk(mostTasks).Select((part, index) => ((IReadOnlyList<GridPoint>)part, ScriptText(part, Path.Combine(grid.Jobs, FormattableString.Invariant($"{index + 1}.points")))));

    /// <summary>Submits the points.</summary>
    /// <param name="points">In the order of their tasks.</param>
    /// <param name="mostTasks">How many tasks an array may have.</param>
    /// <param name="tell">Told a line for each array.</param>
    /// <param name="cancellationToken">Ends it; arrays that were submitted stay.</param>
    /// <exception cref="RunException">Slurm refused.</exception>
    public async Task Submit(IReadOnlyList<GridPoint> points, int mostTasks, Action<string> tell, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(grid.Jobs);
        string? before = null;
        foreach (var part in points.Chunk(mostTasks))
        {
            var list = NewList();
            AtomicFile.WriteText(list, string.Concat(part.Select(point => point.Id + "\n")));
            var script = Path.ChangeExtension(list, ".sh");
            AtomicFile.WriteText(script, ScriptText(part, list));
            before = await SlurmCluster.SubmitScript(script, [.. After(before), .. options.Sbatch], cancellationToken).ConfigureAwait(false);
            tell(FormattableString.Invariant($"Job {before}: {part.Length} tasks ({part[0].Id} to {part[^1].Id}), {script}"));
        }
    }

    /// <summary>With a limit on how many run at a time, one array follows another; each has the limit for itself.</summary>
    private IEnumerable<string> After(string? before) => before is not null && options.Limit is not null ? [$"--dependency=afterany:{before}"] : [];

    private string ScriptText(GridPoint[] points, string list) => SlurmScript.Text(grid, list, points.Length, options, GridEnvironment.ForElsewhere(grid));

    /// <summary>The first number that no other submission took; the file of that name is then this one's.</summary>
    private string NewList()
    {
        for (var number = 1; ; number++)
        {
            var list = Path.Combine(grid.Jobs, number.ToString(CultureInfo.InvariantCulture) + ".points");
            try
            {
                new FileStream(list, FileMode.CreateNew).Dispose();
                return list;
            }
            catch (IOException) when (File.Exists(list))
            {
                // Another submission's.
            }
        }
    }
}
