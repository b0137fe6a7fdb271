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
        var listed = SlurmArray.Of(grid).SelectMany(array => array.Points).ToHashSet();
        var again = points.Where(state => state.Status == PointStatus.Waiting && listed.Contains(state.Point.Id)).Select(state => state.Point.Id).ToList();
        if (again.Count > 0)
            yield return FormattableString.Invariant($"{again.Count} of these points ({FewNames.Of(again)}) were submitted before and have not started. If their tasks are still queued (see squeue), each point still runs only once: the second task finds it done.");
    }

    /// <summary>Submits the points.</summary>
    /// <param name="points">In the order of their tasks.</param>
    /// <param name="mostTasks">How many tasks an array may have.</param>
    /// <param name="tell">Told a line for each array.</param>
    /// <param name="cancellationToken">Ends it; arrays that were submitted stay.</param>
    /// <exception cref="RunException">Slurm refused, and nothing is submitted.</exception>
    /// <exception cref="PartlySubmittedException">Slurm refused an array after it had taken others.</exception>
    public async Task Submit(IReadOnlyList<PointState> points, int mostTasks, Action<string> tell, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(grid.Jobs);
        var (jobs, submitted) = (new List<string>(), 0);
        foreach (var part in points.Chunk(mostTasks))
        {
            try
            {
                var array = new SlurmArray(NewList());
                jobs.Add(await SubmitArray(array, part, jobs.LastOrDefault(), cancellationToken).ConfigureAwait(false));
                submitted += part.Length;
                tell(FormattableString.Invariant($"Job {jobs[^1]}: {part.Length} tasks ({FirstToLast(part)}), {array.Script}"));
                array.Note(jobs[^1]);
            }
            catch (Exception e) when (submitted > 0 && e is RunException or IOException or UnauthorizedAccessException)
            {
                throw new PartlySubmittedException($"{e.Message}\n{PartlySubmitted(points, submitted, jobs)}");
            }
        }
    }

    /// <summary>Submits one array and gives its job; of one that Slurm refuses nothing stays, so that a list stands for points that were submitted.</summary>
    private async Task<string> SubmitArray(SlurmArray array, PointState[] points, string? before, CancellationToken cancellationToken)
    {
        try
        {
            AtomicFile.WriteText(array.List, string.Concat(points.Select(state => LineOf(state) + "\n")));
            AtomicFile.WriteText(array.Script, ScriptText(points, array.List));
            return await SlurmCluster.SubmitScript(array.Script, [.. After(before), .. options.Sbatch], SlurmScript.OverridingVariables(options), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RunException or IOException or UnauthorizedAccessException)
        {
            array.Delete();
            throw;
        }
    }

    private string PartlySubmitted(IReadOnlyList<PointState> points, int submitted, List<string> jobs)
    {
        var left = submitted == points.Count ? "" : $"; these were not: {FirstToLast([.. points.Skip(submitted)])}. Submit them later with: grid resume {grid.FullPath} --slurm";
        return FormattableString.Invariant($"{submitted} of {points.Count} points were submitted ({FirstToLast([.. points.Take(submitted)])}; job {string.Join(", ", jobs)}){left}");
    }

    /// <summary>The ids of the first and the last point.</summary>
    private static string FirstToLast(PointState[] points) => points.Length == 1 ? points[0].Point.Id : $"{points[0].Point.Id} to {points[^1].Point.Id}";

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
