using System.Runtime.InteropServices;
using NotebookHost.Running;
using Spectre.Console;

namespace NotebookHost.Grid;

/// <summary>The inside of a Slurm task: runs one point, and queues itself again when told that its time is nearly up.</summary>
internal sealed class SlurmTask(SlurmJob job, TimeProvider time)
{
    /// <summary>What Slurm sends before the time limit, as Linux numbers it; the script asks for it.</summary>
    private const PosixSignal Usr1 = (PosixSignal)10;

    /// <summary>A file server may keep the claim of a machine that died for some time: NFS for 90 seconds.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Runs the point that the task's index names.</summary>
    /// <param name="folder">The grid's folder.</param>
    /// <param name="list">The file with a point a line.</param>
    /// <param name="interrupt">Ends it: Slurm cancels or preempts the task.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> Run(string folder, string list, CancellationToken interrupt)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        var isTimeUp = false;
        using var signal = !OperatingSystem.IsLinux() ? null : PosixSignalRegistration.Create(Usr1, context =>
        {
            context.Cancel = true;
            isTimeUp = true;
            stop.Cancel();
        });
        var grid = GridFolder.Open(folder);
        var lines = await File.ReadAllLinesAsync(list, interrupt).ConfigureAwait(false);
        var (id, failed) = job.Index < lines.Length ? SlurmSubmission.PointIn(lines[job.Index]) : ("", null);
        if (grid.Points.FirstOrDefault(point => point.Id == id) is not { } point)
            throw new RunException($"Task {job.Id}: {list} does not name a point of {grid.FullPath} in line {job.Index + 1}. The list of points was changed after the job was submitted; submit it again with grid resume.");

        Say($"point {point.Id} on {job.Host}: {point.Notebook} {point.Words}");
        var state = await RunPoint(grid, point, failed, () => isTimeUp, stop.Token).ConfigureAwait(false);
        if (state is null || state.Status is PointStatus.Done or PointStatus.Failed)
        {
            Say(state is null ? $"point {point.Id}: another process is running it" : $"point {point.Id}: {state.StatusWord}, {state.Words}");
            return state?.Status == PointStatus.Failed ? RunCommand.NotebookFailed : RunCommand.Succeeded;
        }

        if (isTimeUp)
        {
            Say($"point {point.Id} was stopped before the time limit; task {job.Id} asks Slurm to queue it again");
            await QueueAgain(grid, point, interrupt).ConfigureAwait(false);
        }

        return RunCommand.Stopped;
    }

    /// <summary>Queues this task again. Where Slurm refuses, the point shows as missing, with what was said in the task's log.</summary>
    private async Task QueueAgain(GridFolder grid, GridPoint point, CancellationToken interrupt)
    {
        try
        {
            await SlurmCluster.Requeue(job).ConfigureAwait(false);
        }
        catch (RunException e) when (!interrupt.IsCancellationRequested) // else Slurm has begun to end the task, scontrol with it
        {
            ((PointAttempt.TryRead(grid.AttemptOf(point)) ?? PointAttempt.Here(job)) with { IsStopped = false }).Write(grid.AttemptOf(point));
            Say($"task {job.Id} could not be queued again: {e.Message} Continue with grid resume.");
        }
    }

    private async Task<PointState?> RunPoint(GridFolder grid, GridPoint point, DateTime? failed, Func<bool> isTimeUp, CancellationToken stop)
    {
        var run = new PointRun(grid, job);
        var began = time.GetTimestamp();
        while (true)
        {
            if (await run.Run(point, failed, RunProgress.InLines(AnsiConsole.Console, point.Id), stop, isTimeUp).ConfigureAwait(false) is { } state)
                return state;
            if (time.GetElapsedTime(began) > LongestWait)
                return null;
            try
            {
                await Task.Delay(Pause, time, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return new PointState(point, PointStatus.Waiting);
            }
        }
    }

    private void Say(string text) => Console.WriteLine(FormattableString.Invariant($"{time.GetUtcNow():yyyy-MM-dd HH:mm:ss} UTC {text}"));
}
