using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace NotebookHost.Engine;

/// <summary>Writes errors for the reader of a notebook: where in which cell, the line itself, and no frames of the engine.</summary>
internal static partial class ErrorText
{
    private const int MostErrors = 20;

    /// <summary>Compilation errors, each with its position (line and column count from 1), the line and a caret below it.</summary>
    public static IReadOnlyList<string> OfDiagnostics(IReadOnlyCollection<Diagnostic> errors)
    {
        var lines = errors.Take(MostErrors).SelectMany(error => OfLine(error.Location, $"error {error.Id}: {error.GetMessage()}")).ToList();
        if (errors.Count > MostErrors)
            lines.Add($"… and {errors.Count - MostErrors} more errors");
        return lines;
    }

    /// <summary>A message about a place in a cell or loaded file.</summary>
    public static IReadOnlyList<string> OfLine(Location location, string message) =>
        location.SourceTree?.GetText() is { } text ? OfLine(text, location.GetLineSpan().Path, location.SourceSpan, message) : [message];

    /// <summary>A message about a stretch of a text of that name.</summary>
    public static IReadOnlyList<string> OfLine(SourceText text, string name, TextSpan stretch, string message)
    {
        var span = text.Lines.GetLinePositionSpan(stretch);
        var line = text.Lines[span.Start.Line].ToString();
        var start = span.Start.Character;
        var end = span.End.Line == span.Start.Line ? span.End.Character : line.Length;
        var indent = new string([.. line.Take(start).Select(c => c == '\t' ? '\t' : ' ')]);
        return
        [
            $"{name} ({span.Start.Line + 1},{start + 1}): {message}",
            "    " + line,
            "    " + indent + new string('^', Math.Max(1, end - start)),
        ];
    }

    /// <summary>An exception with its inner ones, outermost first.</summary>
    /// <param name="exception">What the cell threw.</param>
    /// <param name="sourceOf">Cell name → its code, to show the line that threw.</param>
    public static IReadOnlyList<string> OfException(Exception exception, Func<string, SourceText?> sourceOf)
    {
        var lines = new List<string>();
        for (var (current, lead) = ((Exception?)exception, ""); current is not null; (current, lead) = (current.InnerException, " ---> "))
        {
            lines.Add($"{lead}{current.GetType().FullName}: {current.Message}");
            var showSource = true;
            foreach (var frame in Frames(current))
            {
                lines.Add("   at " + frame.Text);
                if (showSource && frame.Cell is not null && sourceOf(frame.Cell) is { } source && frame.Line <= source.Lines.Count)
                {
                    lines.Add($"      {frame.Line} | {source.Lines[frame.Line - 1].ToString().Trim()}");
                    showSource = false;
                }
            }
        }
        return lines;
    }

    /// <summary>What is said when a cell ended because it was asked to: what its code says of that, line by line, and where in the cell it was.</summary>
    /// <param name="cell">The cell's name.</param>
    /// <param name="exception">What the cell threw.</param>
    /// <param name="cancelled">The cancellation, whose words are told: the exception itself, or one that it wraps.</param>
    /// <param name="sourceOf">Cell name → its code, to show the line.</param>
    public static IReadOnlyList<string> OfInterrupt(string cell, Exception exception, OperationCanceledException cancelled, Func<string, SourceText?> sourceOf)
    {
        var said = cancelled.Message == new OperationCanceledException().Message || cancelled.Message == new TaskCanceledException().Message
            ? [$"{cell} was interrupted."]
            : cancelled.Message.ReplaceLineEndings("\n").Split('\n').ToList();
        for (var (current, found) = ((Exception?)exception, false); current is not null && !found; current = current.InnerException)
        {
            if (Frames(current).FirstOrDefault(frame => frame.Cell is not null) is not { } frame)
                continue;
            said.Add("   at " + frame.Text);
            if (sourceOf(frame.Cell!) is { } source && frame.Line <= source.Lines.Count)
                said.Add($"      {frame.Line} | {source.Lines[frame.Line - 1].ToString().Trim()}");
            found = true;
        }

        return said;
    }

    private sealed record Frame(string Text, string? Cell, int Line);

    private static IEnumerable<Frame> Frames(Exception exception)
    {
        foreach (var line in (exception.StackTrace ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var match = FramePattern().Match(line);
            if (!match.Success || EngineFrame().IsMatch(line))
                continue;
            var method = match.Groups["method"].Value;
            var place = match.Groups["file"] is { Success: true } file ? $"{file.Value}, line {match.Groups["line"].Value}" : null;
            var inCell = InSubmission().IsMatch(method);
            if (inCell && place is null)
                continue;
            var text = !inCell ? method : TopLevel().IsMatch(method) ? "" : Readable(method);
            var whole = string.Join(" in ", new[] { text, place }.Where(part => !string.IsNullOrEmpty(part)));
            yield return new Frame(whole, inCell ? match.Groups["file"].Value : null, place is null ? 0 : int.Parse(match.Groups["line"].Value, null));
        }
    }

    /// <summary>Takes the compiler's names off a method declared in a cell.</summary>
    private static string Readable(string method)
    {
        var bare = InSubmission().Replace(method, "").Replace("<>c.", "", StringComparison.Ordinal);
        return CompilerName().Replace(bare, match => match.Groups["name"].Value.Length > 0 ? match.Groups["name"].Value : "lambda");
    }

    [GeneratedRegex(@"^at (?<method>.+?)(?: in (?<file>.+):line (?<line>\d+))?$")]
    private static partial Regex FramePattern();

    [GeneratedRegex(@"^at (NotebookHost\.(Engine|Jupyter)\.|System\.Runtime\.CompilerServices\.|System\.Runtime\.ExceptionServices\.|System\.Threading\.Tasks\.Task\.<>c)")]
    private static partial Regex EngineFrame();

    [GeneratedRegex(@"^Submission#\d+\.")]
    private static partial Regex InSubmission();

    [GeneratedRegex(@"^Submission#\d+\.(<<Initialize>>d__\d+\.MoveNext|<Initialize>|<Factory>|\.ctor)\(")]
    private static partial Regex TopLevel();

    /// <summary><c>&lt;&lt;Initialize&gt;&gt;b__0_1</c> is a lambda, <c>&lt;&lt;Initialize&gt;&gt;g__Name|0_1</c> a local function, <c>&lt;Name&gt;d__3.MoveNext</c> an async method.</summary>
    [GeneratedRegex(@"<(?:<Initialize>>b__\w+|<Initialize>>g__(?<name>\w+)\|\w+|\w+>b__\w+|\w+>g__(?<name>\w+)\|\w+|(?<name>\w+)>d__\d+\.MoveNext)")]
    private static partial Regex CompilerName();
}
