using System.CommandLine;
using Spectre.Console;

namespace NotebookHost.Running;

/// <summary>The command <c>run</c>.</summary>
internal static class RunCommand
{
    /// <summary>The folder for pages and executed copies unless another is named.</summary>
    public const string DefaultOut = "reports";

    /// <summary>All notebooks ran to their end.</summary>
    public const int Succeeded = 0;

    /// <summary>At least one notebook failed.</summary>
    public const int NotebookFailed = 1;

    /// <summary>What was asked for cannot be done; nothing ran.</summary>
    public const int BadRequest = 2;

    /// <summary>The user stopped the run.</summary>
    public const int Stopped = 130;

    public static Command Create()
    {
        var files = new Argument<string[]>("notebooks") { Description = "Notebooks (.ipynb), or folders whose notebooks are run by name.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string?>("--out") { Description = $"Folder for the executed copies and their web pages. Default: {DefaultOut}.", HelpName = "DIR" };
        var inPlace = new Option<bool>("--in-place") { Description = "Write outputs into the notebooks themselves; their cells and defaults stay as they are. Without this option, the given notebooks are never changed." };
        var parameters = new Option<string[]>("-p", "--parameter") { Description = "Set a variable declared in the cell tagged 'parameters'; may be repeated. The value null means null, except for a string, where it is the text.", HelpName = "name=value" };
        var timeout = new Option<double?>("--timeout") { Description = "End a notebook that takes longer, with every process it started. Default: no limit.", HelpName = "SECONDS" };
        var command = new Command("run", "Runs C# notebooks, each in a process of its own and in its own folder. A notebook stops at its first failing cell; the remaining notebooks still run. Exit codes: 0 when all ran, 1 when one failed, 2 when nothing could run, 130 when stopped by Ctrl+C.")
        {
            files, output, inPlace, parameters, timeout,
        };
        command.SetAction((parsed, cancellationToken) => Run(
            () => Request(parsed.GetValue(files)!, parsed.GetValue(output), parsed.GetValue(inPlace), parsed.GetValue(parameters) ?? [], parsed.GetValue(timeout)),
            cancellationToken));
        return command;
    }

    /// <summary>Reads <c>name=value</c>; of a name given twice the last counts.</summary>
    /// <exception cref="RunException">One has another form.</exception>
    public static IReadOnlyDictionary<string, string> ReadParameters(IEnumerable<string> parameters)
    {
        var values = new Dictionary<string, string>();
        foreach (var parameter in parameters)
        {
            var at = parameter.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw new RunException($"-p {parameter}: write name=value, for example -p dataset=cifar-10.");
            values[parameter[..at].Trim()] = parameter[(at + 1)..];
        }
        return values;
    }

    private static RunRequest Request(string[] files, string? output, bool inPlace, string[] parameters, double? seconds)
    {
        if (inPlace && output is not null)
            throw new RunException("Give either --out or --in-place, not both.");
        if (seconds is <= 0 or > int.MaxValue / 1000)
            throw new RunException(FormattableString.Invariant($"--timeout must be a number of seconds above 0 and below 25 days; got {seconds}."));
        return new RunRequest(files, inPlace ? null : output ?? DefaultOut, ReadParameters(parameters), seconds is { } limit ? TimeSpan.FromSeconds(limit) : null);
    }

    private static async Task<int> Run(Func<RunRequest> read, CancellationToken cancellationToken)
    {
        try
        {
            var request = read();
            var batch = new NotebookBatch(request);
            if (request.Out is not null)
                Directory.CreateDirectory(request.Out);
            IReadOnlyDictionary<string, NotebookOutcome> outcomes = new Dictionary<string, NotebookOutcome>();
            await RunProgress.Show(AnsiConsole.Console, async progressOf => outcomes = await batch.Run(progressOf, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            return Conclude(batch, outcomes, cancellationToken.IsCancellationRequested);
        }
        catch (Exception e) when (e is RunException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return BadRequest;
        }
    }

    private static int Conclude(NotebookBatch batch, IReadOnlyDictionary<string, NotebookOutcome> outcomes, bool stopped)
    {
        var failures = outcomes.Where(pair => pair.Value.Status != NotebookStatus.Succeeded).ToList();
        foreach (var (file, outcome) in failures)
            Console.Error.WriteLine(outcome.Status == NotebookStatus.Refused ? outcome.Error : $"{Path.GetFileName(file)}: {outcome.Error}");
        if (Finding.Summary(batch.Findings) is { Count: > 0 } found)
            Console.WriteLine($"Found:\n  {string.Join("\n  ", found)}");
        if (batch.Index is { } index)
            Console.WriteLine($"Reports: {index}");
        return stopped ? Stopped : failures.Count > 0 ? NotebookFailed : Succeeded;
    }
}
