using System.CommandLine;
using System.CommandLine.Parsing;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>The options that say how a grid is run.</summary>
internal sealed class RunOptions
{
    private readonly Option<int> _workers = new("--workers") { Description = "Number of points to run at once on this machine. Default: 1; training runs on one CPU slow each other down, several share a GPU well.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _priority = new("--priority") { Description = "Start with the smallest values of these parameters (-name: the largest) instead of in the order of the list.", HelpName = "name,name" };
    private readonly Option<string?> _deadline = new("--deadline") { Description = "Start no point that would likely end later (judged by the mean time of finished points), and stop everything at that time (local time).", HelpName = "08:00" };
    private readonly Option<bool> _slurm = new("--slurm") { Description = "Submit the points to Slurm as a job array, and exit." };
    private readonly Option<string?> _time = new("--time") { Description = "With --slurm: the time limit of a task. Two minutes before it the task stops its notebook, queues itself again and continues later.", HelpName = "04:00:00" };
    private readonly Option<string?> _gres = new("--gres") { Description = "With --slurm: the resources that each task needs.", HelpName = "gpu:1" };
    private readonly Option<int?> _limit = new("--limit") { Description = "With --slurm: maximum number of tasks running at once.", HelpName = "N" };
    private readonly Option<int?> _atMost = new("--at-most") { Description = "With --slurm: submit only the first N points that have no result or failed, for clusters that limit how many tasks you may submit. Submit the others later with 'grid resume'.", HelpName = "N" };
    private readonly Option<bool> _untried = new("--no-preflight") { Description = "Skip the check that first runs each notebook up to its cell tagged 'preflight', to see whether its data are there." };
    private readonly Option<bool> _dry = new("--dry-run") { Description = "Check everything and show the points and commands, but write, run and submit nothing." };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_workers, _priority, _deadline, _slurm, _time, _gres, _limit, _atMost, _untried, _dry])
            command.Options.Add(option);
    }

    /// <summary>What was given after <c>--</c>.</summary>
    public static IReadOnlyList<string> AfterDashes(ParseResult parsed) => [.. parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Skip(1).Select(token => token.Value)];

    /// <summary>The values given.</summary>
    /// <exception cref="RunException">They do not go together.</exception>
    public RunChoices Of(ParseResult parsed)
    {
        var sbatch = AfterDashes(parsed);
        var slurm = parsed.GetValue(_slurm);
        if (!slurm && (parsed.GetValue(_time) is not null || parsed.GetValue(_gres) is not null || parsed.GetValue(_limit) is not null || parsed.GetValue(_atMost) is not null || sbatch.Count > 0))
            throw new RunException("--time, --gres, --limit, --at-most and what follows -- are for a cluster: add --slurm.");
        if (slurm && (parsed.GetValue(_deadline) is not null || parsed.GetResult(_workers) is { Implicit: false }))
            throw new RunException("--workers and --deadline are for this machine; with --slurm use --limit and --time.");
        if (parsed.GetValue(_workers) is < 1 and var workers)
            throw new RunException(FormattableString.Invariant($"--workers must be at least 1; got {workers}."));
        return new RunChoices(
            parsed.GetValue(_workers),
            parsed.GetValue(_priority),
            parsed.GetValue(_deadline) is { } deadline ? Deadline.Parse(deadline, TimeProvider.System.GetUtcNow(), TimeProvider.System.LocalTimeZone) : null,
            slurm ? new SlurmOptions(parsed.GetValue(_time), parsed.GetValue(_gres), parsed.GetValue(_limit), sbatch, parsed.GetValue(_atMost)) : null,
            !parsed.GetValue(_untried),
            parsed.GetValue(_dry));
    }
}
