using System.Diagnostics;
using System.Globalization;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>Hands points of a grid to Slurm, in as many arrays as its limit on one asks for. Nothing of this program stays behind.</summary>
/// <param name="grid">The grid.</param>
/// <param name="options">What the user asks for.</param>
internal sealed class SlurmSubmission(GridFolder grid, SlurmOptions options)
{
    /// <summary>So many points a note names.</summary>
    private const int MostNamed = 5;

    /// <summary>The point that a line of a list names, and when the failure began that the task is to repeat; null when there was none.</summary>
    public static (string Id, DateTime? Failed) PointIn(string line) => line.Split(' ') is [var id, var failed]
        ? (id, DateTime.Parse(failed, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind))
        : (line, null);

    /// <summary>The line of a list for a point: its id, and for one that failed when that run began, so that no other failure is repeated.</summary>
    public static string LineOf(PointState state) => state.Status == PointStatus.Failed ? FormattableString.Invariant($"{state.Point.Id} {state.Result!.Started:O}") : state.Point.Id;

    /// <summary>The arrays to submit: what each runs, and its script.</summary>
    public IEnumerable<(IReadOnlyList<PointState> Points, string Script)> Plan(IReadOnlyList<PointState> points, int mostTasks) =>
        points.Chunk(mostTasks).Zip(Lists().Where(list => !File.Exists(list)), (part, list) => ((IReadOnlyList<PointState>)part, ScriptText(part, list)));

    /// <summary>What the user should know before these points are submitted: that some of them were submitted before and have not begun.</summary>
    public IEnumerable<string> Doubts(IReadOnlyList<PointState> points)
    {
        var lists = Directory.Exists(grid.Jobs) ? Directory.GetFiles(grid.Jobs, "*.points") : [];
        var listed = lists.SelectMany(File.ReadLines).Select(line => PointIn(line).Id).ToHashSet();
        var again = points.Where(state => state.Status == PointStatus.Waiting && listed.Contains(state.Point.Id)).Select(state => state.Point.Id).ToList();
        if (again.Count > 0)
            yield return FormattableString.Invariant($"{again.Count} of these points ({string.Join(", ", again.Take(MostNamed))}{(again.Count > MostNamed ? ", …" : "")}) were submitted before and have not started. If their tasks are still queued (see squeue), each point still runs only once: the second task finds it done.");
    }

    /// <summary>Submits the points.</summary>
    /// <param name="points">In the order of their tasks.</param>
    /// <param name="mostTasks">How many tasks an array may have.</param>
    /// <param name="tell">Told a line for each array.</param>
    /// <param name="cancellationToken">Ends it; arrays that were submitted stay.</param>
    /// <exception cref="RunException">Slurm refused.</exception>
    public async Task Submit(IReadOnlyList<PointState> points, int mostTasks, Action<string> tell, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(grid.Jobs);
        string? before = null;
        foreach (var part in points.Chunk(mostTasks))
        {
            var list = NewList();
            AtomicFile.WriteText(list, string.Concat(part.Select(state => LineOf(state) + "\n")));
            var script = Path.ChangeExtension(list, ".sh");
            AtomicFile.WriteText(script, ScriptText(part, list));
            before = await SlurmCluster.SubmitScript(script, [.. After(before), .. options.Sbatch], cancellationToken).ConfigureAwait(false);
            tell(FormattableString.Invariant($"Job {before}: {part.Length} tasks ({part[0].Point.Id} to {part[^1].Point.Id}), {script}"));
        }
    }

    /// <summary>With a limit on how many run at a time, one array follows another; each has the limit for itself.</summary>
    private IEnumerable<string> After(string? before) => before is not null && options.Limit is not null ? [$"--dependency=afterany:{before}"] : [];

    private string ScriptText(PointState[] points, string list) => SlurmScript.Text(grid, list, points.Length, options, GridEnvironment.ForElsewhere(grid));

    /// <summary>The first number that no other submission took; the file of that name is then this one's.</summary>
    private string NewList()
    {
        foreach (var list in Lists())
        {
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

        throw new UnreachableException();
    }

    /// <summary>The files for lists, in the order in which they are taken.</summary>
    private IEnumerable<string> Lists() => Enumerable.Range(1, int.MaxValue).Select(number => Path.Combine(grid.Jobs, FormattableString.Invariant($"{number}.points")));
}
