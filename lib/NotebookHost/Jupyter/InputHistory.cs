using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookHost.Jupyter;

/// <summary>The cells of this session, for front ends that let the user go back to them. There is one session, number 0; nothing is kept beyond it.</summary>
internal sealed class InputHistory
{
    private const int Session = 0;
    private readonly List<(int Number, string Input, string? Output)> _cells = [];

    /// <summary>Keeps a cell.</summary>
    /// <param name="number">Its execution count.</param>
    /// <param name="input">Its code.</param>
    /// <param name="output">Its result as plain text, or <c>null</c>.</param>
    public void Add(int number, string input, string? output) => _cells.Add((number, input, output));

    /// <summary>Answers a <c>history_request</c>.</summary>
    public JsonObject Answer(KernelMessage request)
    {
        var found = request.Text("hist_access_type") switch
        {
            "tail" => _cells.TakeLast(Math.Max(0, request.Number("n", int.MaxValue))),
            "range" => Range(request.Number("session", Session), request.Number("start", 0), request.Number("stop", int.MaxValue)),
            "search" => Search(request.Content["pattern"] is null ? "*" : request.Text("pattern"), request.Flag("unique", false)).TakeLast(Math.Max(0, request.Number("n", int.MaxValue))),
            var other => throw new MalformedMessageException($"history_request: '{other}' is neither tail, range nor search."),
        };
        var withOutput = request.Flag("output", false);
        return new JsonObject { ["status"] = "ok", ["history"] = new JsonArray([.. found.Select(cell => (JsonNode)Entry(cell, withOutput))]) };
    }

    /// <summary>Sessions that are not this one have nothing; a number below one counts sessions back, and zero is this one.</summary>
    private IEnumerable<(int Number, string Input, string? Output)> Range(int session, int start, int stop) =>
        session == Session ? _cells.Where(cell => cell.Number >= start && cell.Number < stop) : [];

    /// <param name="pattern">A text in which <c>*</c> and <c>?</c> stand for any characters and any one.</param>
    /// <param name="unique">Give each input once, where it was last.</param>
    private IEnumerable<(int Number, string Input, string? Output)> Search(string pattern, bool unique)
    {
        var glob = "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$";
        var found = _cells.Where(cell => Regex.IsMatch(cell.Input, glob, RegexOptions.Singleline | RegexOptions.NonBacktracking));
        return unique ? found.GroupBy(cell => cell.Input).Select(same => same.Last()).OrderBy(cell => cell.Number) : found;
    }

    private static JsonArray Entry((int Number, string Input, string? Output) cell, bool withOutput) =>
        new JsonArray(Session, cell.Number, withOutput ? new JsonArray(cell.Input, cell.Output) : cell.Input);
}
