using System.Text.Json.Nodes;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>Runs points of a grid, each unless another process does or did.</summary>
/// <param name="grid">The grid.</param>
/// <param name="job">The batch job that this process is, or null on a machine of the user's own.</param>
internal sealed class PointRun(GridFolder grid, SlurmJob? job = null)
{
    /// <summary>So many runs in a row may keep nothing; a point that never gets to keep anything would be run for ever.</summary>
    private const int MostIdleRounds = 10;

    /// <summary>What a training keeps after each epoch.</summary>
    private const string TrainingState = "training.safetensors";

    /// <summary>Runs the point if it is not done and nobody else runs it.</summary>
    /// <param name="point">The point.</param>
    /// <param name="failed">When the failure began that is to be repeated, or null: any other result is taken as it is.</param>
    /// <param name="progress">Hears how far the run is.</param>
    /// <param name="interrupt">Stops the notebook; its training runs keep their finished epochs.</param>
    /// <param name="isTimeUp">Asked when the notebook was stopped: whether that was for the time limit of its job.</param>
    /// <returns>Where the point stands now; null when another process runs it.</returns>
    /// <exception cref="IOException">The disk refused.</exception>
    public async Task<PointState?> Run(GridPoint point, DateTime? failed, IRunProgress progress, CancellationToken interrupt, Func<bool>? isTimeUp = null)
    {
        Directory.CreateDirectory(grid.FolderOf(point));
        using var claim = PointClaim.TryTake(grid.ClaimOf(point));
        if (claim is null)
            return null;
        var last = PointAttempt.TryRead(grid.AttemptOf(point));
        var attempt = PointAttempt.Here(job) with { SecondsBefore = last?.SecondsBefore ?? 0, IdleRounds = last?.IdleRounds ?? 0 };
        attempt.Write(grid.AttemptOf(point)); // before the look: a client of a network file system that changes a folder looks at it anew
        var before = grid.EndOf(point, out var damage);
        if (before is not null && (before.Status == PointStatus.Done || before.Result!.Started != failed))
        {
            File.Delete(grid.AttemptOf(point));
            return before;
        }

        RemoveResult(point, damage);
        if (await Execute(point, attempt, progress, isTimeUp, interrupt).ConfigureAwait(false) is not { } result)
            return new PointState(point, PointStatus.Waiting);
        result.Write(grid.ResultOf(point));
        File.Delete(grid.AttemptOf(point));
        return grid.EndOf(point, out _) ?? new PointState(point, PointStatus.Waiting);
    }

    /// <summary>Runs the point's notebook and writes it; null when it was stopped, which is not a result and is noted in the attempt.</summary>
    private async Task<PointResult?> Execute(GridPoint point, PointAttempt attempt, IRunProgress progress, Func<bool>? isTimeUp, CancellationToken interrupt)
    {
        var notebook = RunnableNotebook.Open(grid.NotebookOf(point));
        var (outcome, duration) = Preflight.Refusal(notebook, point) is { } reason
            ? (NotebookOutcome.Refusal(reason), TimeSpan.Zero)
            : await notebook.Run(grid.ExecutedOf(point), point.Parameters, progress, environment: GridEnvironment.Of(grid), interrupt: interrupt).ConfigureAwait(false);
        if (outcome.Status == NotebookStatus.Refused)
            notebook.Document.Save(grid.ExecutedOf(point));
        progress.End(outcome, duration);
        var seconds = Math.Round(attempt.SecondsBefore + duration.TotalSeconds, 1);
        var isStopped = outcome.Status == NotebookStatus.Interrupted;
        if (isStopped && IdleRounds(point, attempt, isTimeUp?.Invoke() == true) is < MostIdleRounds and var idle)
        {
            (attempt with { SecondsBefore = seconds, IsStopped = true, IdleRounds = idle }).Write(grid.AttemptOf(point));
            return null;
        }

        var noted = notebook.Document.Metadata[RunnableNotebook.RunKey] as JsonObject ?? [];
        return new PointResult
        {
            Id = point.Id,
            Notebook = point.Notebook,
            Parameters = point.Parameters,
            Exit = outcome.Status == NotebookStatus.Succeeded ? RunCommand.Succeeded : RunCommand.NotebookFailed,
            Status = outcome.Status.ToString().ToLowerInvariant(),
            Error = outcome.Status == NotebookStatus.Succeeded ? null : isStopped ? GivenUp : outcome.Error,
            Host = attempt.Host,
            Job = attempt.Job,
            Started = attempt.Started,
            Ended = DateTime.UtcNow,
            Seconds = seconds,
            Versions = (noted["versions"] as JsonObject ?? []).ToDictionary(pair => pair.Key, pair => JupyterJson.Text(pair.Value) ?? ""),
            CodeSha256 = notebook.Document.CodeFingerprint,
            NotebookBytes = new FileInfo(grid.ExecutedOf(point)).Length,
            NotebookSha256 = PointResult.Sha256Of(grid.ExecutedOf(point)),
        };
    }

    private static string GivenUp => FormattableString.Invariant($"The time limit ended {MostIdleRounds} runs in a row before an epoch of training or anything else was kept. Give a longer --time and continue with grid resume.");

    /// <summary>The count after a run that was stopped: for another reason than the time limit, as by preemption, it neither counts nor breaks the row.</summary>
    private int IdleRounds(GridPoint point, PointAttempt attempt, bool isTimeUp) => !isTimeUp ? attempt.IdleRounds : HasKept(point) ? 0 : attempt.IdleRounds + 1;

    /// <summary>
    /// Whether the store got the state of a training, a finished one, a sweep or a claim since this run of the point began. Times are those of the file system, whose clock may differ from this machine's. Which point
    /// kept it nobody knows: while others get on, a point is not given up.
    /// </summary>
    private bool HasKept(GridPoint point)
    {
        var (store, began) = (GridEnvironment.StoreOf(grid, point), File.GetLastWriteTimeUtc(grid.AttemptOf(point)));
        return Directory.Exists(store) && Directory.EnumerateFiles(store, "*", new EnumerationOptions { RecurseSubdirectories = true })
            .Any(file => (Path.GetFileName(file) == TrainingState || Path.GetExtension(file) == ".json") && File.GetLastWriteTimeUtc(file) > began);
    }

    /// <summary>Makes room for a new result. One of a failure is deleted; one that cannot be read is kept under another name.</summary>
    private void RemoveResult(GridPoint point, string? damage)
    {
        var path = grid.ResultOf(point);
        if (damage is not null)
            File.Move(path, Enumerable.Range(1, int.MaxValue).Select(i => $"{path}.damaged-{i}").First(name => !File.Exists(name)));
        else
            File.Delete(path);
    }
}
