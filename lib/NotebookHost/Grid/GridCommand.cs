using System.CommandLine;
using NotebookHost.Notebook;
using NotebookHost.Running;
using Spectre.Console;

namespace NotebookHost.Grid;

/// <summary>The command <c>grid</c>: one notebook with many combinations of its parameters, on this machine or on a cluster that runs Slurm.</summary>
internal static class GridCommand
{
    private const string DefaultOut = "grid";

    private static readonly TimeProvider Time = TimeProvider.System;

    public static Command Create()
    {
        var notebook = new Argument<string[]>("notebook") { Description = "The notebook (.ipynb) of all points. What follows -- is passed to sbatch.", Arity = ArgumentArity.ZeroOrMore };
        var set = new Option<string[]>("--set") { Description = "Values for a parameter; with several --set, one point per combination. seed=1..5 is a range; quote a value that contains a comma.", HelpName = "name=a,b" };
        var parameters = new Option<string[]>("-p", "--parameter") { Description = "One value for all points, or with --points for those whose line sets none; may be repeated.", HelpName = "name=value" };
        var list = new Option<string?>("--points") { Description = "Take the points from a file with comma-separated values instead: columns notebook (a path from that file's folder), id, and parameters.", HelpName = "FILE" };
        var output = new Option<string>("--out") { Description = $"The grid's folder. Default: {DefaultOut}.", HelpName = "DIR", DefaultValueFactory = _ => DefaultOut };
        var how = new RunOptions();
        var command = new Command(
            "grid",
            "Runs a notebook with many combinations of its parameters: here, or with --slurm as a job array. DIR/points.csv lists the points; each has a folder in DIR/points. A stopped grid continues with the same command or with "
            + "'grid resume'. Exit codes: 0 when all points are done (with --slurm: submitted), 1 when one failed, 2 when nothing could run, 130 when stopped by Ctrl+C or --deadline.")
        {
            notebook, set, parameters, list, output, Status(), Resume(), Collect(), InsideTask(),
        };
        how.AddTo(command);
        command.SetAction((parsed, interrupt) => Guarded(() =>
        {
            var choices = how.Of(parsed);
            var given = RunCommand.ReadParameters(parsed.GetValue(parameters) ?? []);
            return Go(GridPlan.Of(Before(parsed, notebook), parsed.GetValue(set) ?? [], given, parsed.GetValue(list), parsed.GetValue(output)!), choices, interrupt);
        }));
        return command;
    }

    private static Command Status()
    {
        var folder = new Argument<string>("folder") { Description = "The grid's folder." };
        var command = new Command("status", "Shows which points are done, failed, running, missing (started but not finished) and waiting. Runs nothing. Exit code 0 when all are done, otherwise 1.") { folder };
        command.SetAction((parsed, _) => Guarded(() =>
        {
            var grid = GridFolder.Open(parsed.GetValue(folder)!);
            var states = grid.States(trustsOlder: true);
            foreach (var line in GridStatusText.Of(grid, states))
                Console.WriteLine(line);
            return Task.FromResult(states.All(state => state.Status == PointStatus.Done) ? RunCommand.Succeeded : RunCommand.NotebookFailed);
        }));
        return command;
    }

    private static Command Resume()
    {
        var folder = new Argument<string[]>("folder") { Description = "The grid's folder. What follows -- is passed to sbatch.", Arity = ArgumentArity.OneOrMore };
        var how = new RunOptions();
        var command = new Command("resume", "Runs (with --slurm: submits) the points that have no result and those that failed.") { folder };
        how.AddTo(command);
        command.SetAction((parsed, interrupt) => Guarded(() => Go(GridFolder.Open(One(Before(parsed, folder), "folder")), how.Of(parsed), interrupt)));
        return command;
    }

    private static Command Collect()
    {
        var folder = new Argument<string>("folder") { Description = "The grid's folder." };
        var copy = new Option<string?>("--to") { Description = "Also copy there what is needed to read the grid: results, executed notebooks, and from its store the records of runs, sweeps and claims.", HelpName = "DIR" };
        var weights = new Option<bool>("--bring-weights") { Description = "With --to: copy training runs with their weights." };
        var command = new Command("collect", "Writes results.csv and results.html into the grid's folder: one row per point, with its parameters, the outputs of its cells tagged 'verdict', and the values in tables with a single row that its cells tagged 'collect' display. Runs nothing.") { folder, copy, weights };
        command.SetAction((parsed, _) => Guarded(() =>
        {
            if (parsed.GetValue(weights) && parsed.GetValue(copy) is null)
                throw new RunException("--bring-weights is for a copy: add --to DIR.");
            var grid = GridFolder.Open(parsed.GetValue(folder)!);
            var table = new GridTable(grid, grid.States());
            var (values, page) = (Path.Combine(grid.FullPath, "results.csv"), Path.Combine(grid.FullPath, "results.html"));
            Write(values, table.ToCsv());
            Write(page, GridPage.ToHtml(grid, table));
            Console.WriteLine($"{GridCounts.Of(table.States)}: {values}, {page}");
            foreach (var state in table.States.Where(state => state.Note is not null))
                Console.WriteLine($"{state.Point.Id} {state.StatusWord}: {state.Note}");
            if (parsed.GetValue(copy) is { } target)
                Say(GridCopy.Write(grid, target, parsed.GetValue(weights)), target, parsed.GetValue(weights));
            return Task.FromResult(RunCommand.Succeeded);
        }));
        return command;
    }

    /// <summary>Writes a file into the grid's folder, which may be another account's.</summary>
    private static void Write(string path, string text)
    {
        try
        {
            AtomicFile.WriteText(path, text);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new RunException($"{path} cannot be written: {e.Message} {PointClaim.HowToShare}");
        }
    }

    private static void Say((int Copied, IReadOnlyList<string> Left) copy, string target, bool withWeights)
    {
        Console.WriteLine(FormattableString.Invariant($"{target}: {copy.Copied} training run{(copy.Copied == 1 ? "" : "s")}{(withWeights ? "" : " without their weights")}"));
        if (copy.Left.Count > 0)
            Console.WriteLine(FormattableString.Invariant($"Not copied, because they have no weight-free record (use --bring-weights to copy them): {string.Join(", ", copy.Left)}"));
    }

    /// <summary>What the script of a job array calls.</summary>
    private static Command InsideTask()
    {
        var folder = new Argument<string>("folder");
        var list = new Argument<string>("list");
        var command = new Command("task", "Runs inside a Slurm task; not meant to be called by hand.") { folder, list };
        command.Hidden = true;
        command.SetAction((parsed, interrupt) => Guarded(() =>
        {
            var job = SlurmJob.Current(Environment.GetEnvironmentVariable) ?? throw new RunException("This is not a task of a Slurm array: SLURM_ARRAY_JOB_ID and SLURM_ARRAY_TASK_ID are not set.");
            return new SlurmTask(job, Time).Run(parsed.GetValue(folder)!, parsed.GetValue(list)!, interrupt);
        }));
        return command;
    }

    private static async Task<int> Go(GridFolder planned, RunChoices how, CancellationToken interrupt)
    {
        how.Slurm?.Check();
        var grid = planned.AsWritten();
        var (states, open) = StatesOf(grid, how);
        var mostTasks = how.Slurm is null ? 0 : await MostTasks(how.IsDry, interrupt).ConfigureAwait(false);
        await Check(grid, [.. open.Select(state => state.Point)], how, interrupt).ConfigureAwait(false);
        if (how.IsDry)
        {
            await TellDoubts(grid, open, how.Slurm).ConfigureAwait(false);
            return Show(grid, states, open, how, mostTasks);
        }

        grid = grid.WritePoints();
        (states, open) = StatesOf(grid, how); // of whoever wrote the list first
        if (how.Slurm is null)
            return await RunHere(grid, states, how, interrupt).ConfigureAwait(false);
        await TellDoubts(grid, open, how.Slurm).ConfigureAwait(false);
        await new SlurmSubmission(grid, how.Slurm).Submit(open, mostTasks, Console.WriteLine, interrupt).ConfigureAwait(false);
        if (states.Count(state => IsOpen(state, how)) - open.Count is > 0 and var left)
            Console.WriteLine(FormattableString.Invariant($"Not submitted because of --at-most {how.Slurm.AtMost}: {left} point{(left == 1 ? "" : "s")}. When these tasks have ended: grid resume {grid.FullPath} --slurm --at-most {how.Slurm.AtMost}"));
        Console.WriteLine($"{GridCounts.Of(states)}. See: grid status {grid.FullPath}");
        return RunCommand.Succeeded;
    }

    /// <summary>Says what is doubtful about submitting these points; nothing where they run here.</summary>
    private static async Task TellDoubts(GridFolder grid, List<PointState> open, SlurmOptions? slurm)
    {
        foreach (var doubt in slurm is null ? [] : Preflight.DoubtsElsewhere(grid).Concat(new SlurmSubmission(grid, slurm).Doubts(open)))
            await Console.Error.WriteLineAsync($"Note: {doubt}").ConfigureAwait(false);
    }

    /// <summary>Where all points stand, and which of them are to be run, in the order to run them.</summary>
    private static (IReadOnlyList<PointState> All, List<PointState> Open) StatesOf(GridFolder grid, RunChoices how)
    {
        var states = PointOrder.Of(grid.States(), how.Priority);
        return (states, [.. states.Where(state => IsOpen(state, how)).Take(how.Slurm?.AtMost ?? int.MaxValue)]);
    }

    private static bool IsOpen(PointState state, RunChoices how) => state.Status != PointStatus.Done && (how.Slurm is null || state.Status != PointStatus.Running);

    private static async Task Check(GridFolder grid, IReadOnlyCollection<GridPoint> points, RunChoices how, CancellationToken interrupt)
    {
        Preflight.Check(grid, points);
        if (how.IsTried)
            await RunProgress.Show(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }), progressOf => PreflightCells.Check(grid, points, progressOf, interrupt)).ConfigureAwait(false);
    }

    /// <summary>How many tasks an array may have; to show a plan, Slurm need not be here.</summary>
    private static async Task<int> MostTasks(bool isDry, CancellationToken interrupt)
    {
        try
        {
            return await SlurmCluster.MostTasks(interrupt).ConfigureAwait(false);
        }
        catch (RunException e) when (isDry)
        {
            await Console.Error.WriteLineAsync(FormattableString.Invariant($"Note: {e.Message} Assuming arrays of up to {SlurmCluster.UsualMostTasks} tasks, Slurm's default.")).ConfigureAwait(false);
            return SlurmCluster.UsualMostTasks;
        }
    }

    private static async Task<int> RunHere(GridFolder grid, IReadOnlyList<PointState> states, RunChoices how, CancellationToken interrupt)
    {
        var workers = new GridWorkers(grid, how.Workers, how.Deadline, Time);
        var display = new GridDisplay(AnsiConsole.Console, states, Time);
        var ended = await display.Show(() => workers.Run(states, display, interrupt)).ConfigureAwait(false);
        foreach (var line in GridStatusText.Of(grid, ended))
            Console.WriteLine(line);
        if (workers.IsPastDeadline)
            Console.WriteLine($"The deadline was reached; continue with: grid resume {grid.FullPath}");
        return interrupt.IsCancellationRequested || workers.IsPastDeadline
            ? RunCommand.Stopped
            : ended.All(state => state.Status == PointStatus.Done) ? RunCommand.Succeeded : RunCommand.NotebookFailed;
    }

    /// <summary>Says what would be done, and does nothing.</summary>
    private static int Show(GridFolder grid, IReadOnlyList<PointState> states, List<PointState> open, RunChoices how, int mostTasks)
    {
        foreach (var state in states)
        {
            var command = ShellWord.Line(["run", grid.NotebookOf(state.Point), .. state.Point.Parameters.SelectMany(pair => new[] { "-p", $"{pair.Key}={pair.Value}" })]);
            Console.WriteLine($"{state.Point.Id}{(state.Status == PointStatus.Waiting ? "" : $" ({state.StatusWord})")}: {command}");
        }

        if (how.Slurm is null)
        {
            Console.WriteLine(FormattableString.Invariant($"{open.Count} of {states.Count} points would be run here, {how.Workers} at a time."));
            return RunCommand.Succeeded;
        }

        foreach (var (points, script) in new SlurmSubmission(grid, how.Slurm).Plan(open, mostTasks))
            Console.WriteLine(FormattableString.Invariant($"\n{SlurmCluster.CommandLine("SCRIPT", how.Slurm.Sbatch)}   # {points.Count} tasks\n{script}"));
        return RunCommand.Succeeded;
    }

    private static string One(List<string> given, string what) =>
        given.Count == 1 ? given[0] : throw new RunException($"Give one {what}; found {string.Join(" ", given)}.");

    /// <summary>The values of an argument that stand before <c>--</c>.</summary>
    private static List<string> Before(ParseResult parsed, Argument<string[]> argument) => [.. (parsed.GetValue(argument) ?? []).SkipLast(RunOptions.AfterDashes(parsed).Count)];

    private static async Task<int> Guarded(Func<Task<int>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return RunCommand.Stopped;
        }
        catch (PartlySubmittedException e)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return RunCommand.NotebookFailed;
        }
        catch (Exception e) when (e is RunException or NotebookFormatException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return RunCommand.BadRequest;
        }
    }
}
