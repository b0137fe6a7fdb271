using System.Globalization;
using System.Text.RegularExpressions;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>What the user asks of Slurm.</summary>
/// <param name="Time">The time limit of a task as Slurm writes it, or null for the cluster's own; more than 3 minutes.</param>
/// <param name="Gres">What each task needs, such as <c>gpu:1</c>, or null.</param>
/// <param name="Limit">How many tasks may run at a time, or null.</param>
/// <param name="Sbatch">Options for <c>sbatch</c> itself.</param>
/// <param name="AtMost">How many points are submitted, or null for all.</param>
internal sealed partial record SlurmOptions(string? Time, string? Gres, int? Limit, IReadOnlyList<string> Sbatch, int? AtMost = null)
{
    /// <summary>Below, the signal before the limit comes while the task starts, which ends it or leaves no time to work.</summary>
    private static readonly TimeSpan LongestRefused = TimeSpan.FromMinutes(3);

    /// <summary>What the script or the submission relies on: with <c>--wait</c>, sbatch would end as its tasks do, which reads as a refusal.</summary>
    private static readonly string[] Ours = ["--array", "--output", "--wrap", "--test-only", "--wait"];

    /// <summary>Time limits among the options for sbatch.</summary>
    private IEnumerable<string> OtherTimes => Sbatch.Zip(Sbatch.Skip(1).Append("")).Select(pair => pair switch
    {
        ("--time" or "-t", var next) => next,
        (var word, _) when word.StartsWith("--time=", StringComparison.Ordinal) => word["--time=".Length..],
        (var word, _) when word.StartsWith("-t", StringComparison.Ordinal) => word["-t".Length..],
        _ => null,
    }).OfType<string>();

    /// <summary>Checks what goes into a script.</summary>
    /// <exception cref="RunException">Something cannot.</exception>
    public void Check()
    {
        foreach (var (name, number) in new[] { ("--limit", Limit), ("--at-most", AtMost) })
        {
            if (number is <= 0)
                throw new RunException(FormattableString.Invariant($"{name} must be at least 1; got {number}."));
        }

        foreach (var (name, value) in new[] { ("--time", Time), ("--gres", Gres) })
        {
            if (value is not null && (value.Length == 0 || value.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not (':' or '-' or '_' or ',' or '.' or '='))))
                throw new RunException($"{name} {value}: expected what sbatch takes, such as --time 04:00:00 and --gres gpu:1.");
        }

        if (Time is not null && LimitOf(Time) is { } limit && limit > TimeSpan.Zero && limit <= LongestRefused)
            throw new RunException(FormattableString.Invariant($"--time {Time} leaves a task no time to work: a task is told to stop two minutes before its limit. Give more than {LongestRefused.TotalMinutes} minutes, such as --time 00:30:00."));
        foreach (var (before, word) in Sbatch.Prepend("").Zip(Sbatch))
        {
            CheckWord(word);
            if (!word.StartsWith('-') && !MayTakeValue(before))
                throw new RunException($"{word} cannot be passed to sbatch, which would take it for the script. Options begin with a dash, such as --partition={word}.");
        }

        foreach (var time in OtherTimes)
            (this with { Time = time, Sbatch = [] }).Check();
    }

    /// <summary>A time as sbatch reads it: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes or days-hours:minutes:seconds; null for words such as UNLIMITED.</summary>
    private static TimeSpan? LimitOf(string time)
    {
        if (TimePattern().Match(time) is not { Success: true } match)
            return null;
        var numbers = match.Groups[2].Value.Split(':').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var seconds = (match.Groups[1].Success, numbers) switch
        {
            (true, _) => (double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * 86400) + numbers.Zip([3600, 60, 1], (number, unit) => number * unit).Sum(),
            (_, { Length: 3 }) => numbers.Zip([3600, 60, 1], (number, unit) => number * unit).Sum(),
            _ => numbers.Zip([60, 1], (number, unit) => number * unit).Sum(),
        };
        return TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));
    }

    /// <summary>Whether the word behind an option may be its value: not where it holds one already, as <c>--mem=4G</c> and <c>-pmain</c> do.</summary>
    private static bool MayTakeValue(string option) => option.StartsWith("--", StringComparison.Ordinal) ? option.Length > 2 && !option.Contains('=') : option is ['-', _];

    /// <summary>sbatch lets its command line win over what the script says, and takes the beginnings of long names.</summary>
    private void CheckWord(string word)
    {
        var name = word.StartsWith("-W", StringComparison.Ordinal) ? "--wait" : word.Split('=')[0];
        if (Ours.Any(ours => Means(ours)) || word is ['-', 'a' or 'o', ..])
            throw new RunException($"{word} cannot be passed to sbatch, because it would interfere with the grid's own options. Not allowed: {string.Join(", ", Ours)}.");
        if (Limit is not null && (Means("--dependency") || word.StartsWith("-d", StringComparison.Ordinal)))
            throw new RunException($"{word} cannot be passed to sbatch together with --limit, which makes one array wait for another. Leave one of them out.");

        bool Means(string option) => name.Length > "--".Length && option.StartsWith(name, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^(?:([0-9]+)-)?([0-9]+(?::[0-9]+){0,2})$", RegexOptions.CultureInvariant)]
    private static partial Regex TimePattern();
}
