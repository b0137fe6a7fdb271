using System.Runtime.InteropServices;
using NotebookHost.Running;
using Spectre.Console;

namespace NotebookHost.Grid;

/// <summary>The inside of a Slurm task: runs one point, and queues itself again when told that its time is nearly up.</summary>
internal sealed class SlurmTask(GridFolder grid, SlurmJob job, TimeProvider time)
{
    /// <summary>What Slurm sends before the time limit; the script asks for it.</summary>
    private const PosixSignal Usr1 = (PosixSignal)10;

    /// <summary>A file server may keep the claim of a machine that died for some time: NFS for 90 seconds.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Runs the point that the task's index names.</summary>
    /// <param name="list">The file with an id a line.</param>
    /// <param name="interrupt">Ends it: Slurm cancels or preempts the task.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> Run(string list, CancellationToken interrupt)
    {
        var lines = await File.ReadAllLinesAsync(list, interrupt).ConfigureAwait(false);
        if (job.Index >= lines.Length || grid.Points.FirstOrDefault(point => point.Id == lines[job.Index]) is not { } point)
            throw new RunException($"Task {job.Id}: {list} names no point of {grid.FullPath} in line {job.Index + 1}. The list of points was changed after the job was submitted; submit again with grid resume.");

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        var isTimeUp = false;
        using var signal = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(Usr1, context =>
        {
            context.Cancel = true;
            isTimeUp = true;
            stop.Cancel();
        });
        Say($"point {point.Id} on {job.Host}: {point.Notebook} {point.Words}");
        var state = await RunPoint(point, stop.Token).ConfigureAwait(false);
        if (state is null || state.Status is PointStatus.Done or PointStatus.Failed)
        {
            Say(state is null ? $"point {point.Id} is run by another process" : $"point {point.Id}: {(state.Status == PointStatus.Done ? "done" : "failed")}, {state.Words}");
            return state?.Status == PointStatus.Failed ? RunCommand.NotebookFailed : RunCommand.Succeeded;
        }

        if (isTimeUp)
        {
            Say($"point {point.Id} was stopped before the time limit; task {job.Id} is queued again");
            await SlurmCluster.Requeue(job).ConfigureAwait(false);
        }

        return RunCommand.Stopped;
    }

    private async Task<PointState?> RunPoint(GridPoint point, CancellationToken stop)
    {
        var run = new PointRun(grid, job);
        var known = grid.StateOf(point);
        var began = time.GetTimestamp();
        while (true)
        {
            if (await run.Run(known, RunProgress.InLines(AnsiConsole.Console, point.Id), stop).ConfigureAwait(false) is { } state)
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
