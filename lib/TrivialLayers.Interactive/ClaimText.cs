using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace TrivialLayers;

/// <summary>The outcome of a claim as HTML and as plain text. The colours are readable on white and on black, and each verdict has a sign and a word besides.</summary>
internal static class ClaimText
{
    public static string Html(ClaimRecord record)
    {
        var claim = Claims.Of(record.Claim);
        return Card(
            record.Verdict,
            $"<div><strong>{claim.Id}</strong> {Encode(claim.Sentence)}</div>",
            Effect(record.Verdict, record.Effect, record.Interval, record.Unit),
            $"<div><em>Decided by:</em> {Encode(claim.Rule)}</div>",
            List(record.Notes),
            $"<div style=\"font-size:.85em;opacity:.75\">{Encode(Origin(record))}</div>");
    }

    public static string Html(ClaimDecision decision) => Card(
        decision.Verdict, Effect(decision.Verdict, decision.Effect, decision.Interval, decision.Unit), List(decision.Because));

    public static string Html(RecordedClaims claims) => claims.Records.Count + claims.Unreadable.Count == 0
        ? "<p>No claim is recorded yet.</p>"
        : string.Concat(claims.Records.Select(Html)) + List([.. claims.Unreadable.Select(file => file.Reason)]);

    public static string Plain(ClaimRecord record)
    {
        var claim = Claims.Of(record.Claim);
        return string.Join('\n',
        [
            $"{claim.Id} {claim.Sentence}",
            $"{Verdict(record.Verdict)}: {Numbers(record.Effect, record.Interval)}, {record.Unit}",
            $"Decided by: {claim.Rule}",
            .. record.Notes.Select(note => "- " + note),
            Origin(record),
        ]);
    }

    public static string Plain(ClaimDecision decision) => string.Join('\n',
    [
        $"{Verdict(decision.Verdict)}: {Numbers(decision.Effect, decision.Interval)}, {decision.Unit}",
        .. decision.Because.Select(reason => "- " + reason),
    ]);

    public static string Plain(RecordedClaims claims) => claims.Records.Count + claims.Unreadable.Count == 0
        ? "No claim is recorded yet."
        : string.Join("\n\n", [.. claims.Records.Select(Plain), .. claims.Unreadable.Select(file => file.Reason)]);

    /// <summary>The outcome as JSON, for a table of all claims.</summary>
    public static string Finding(ClaimRecord record) => JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["subject"] = record.Claim,
        ["outcome"] = Verdict(record.Verdict),
        ["measured"] = $"{Numbers(record.Effect, record.Interval)}, {record.Unit}",
        ["statement"] = Claims.Of(record.Claim).Sentence,
        ["sources"] = string.Join(' ', record.Sources),
    });

    private static string Card(ClaimVerdict verdict, params string[] parts)
    {
        var html = new StringBuilder(
            $"<div style=\"border-left:4px solid {Colour(verdict)};padding:.1em 0 .1em .9em;margin:.6em 0;max-width:56em;line-height:1.5\">");
        foreach (var part in parts)
            html.Append(part);
        return html.Append("</div>").ToString();
    }

    private static string Effect(ClaimVerdict verdict, double effect, Interval? interval, string unit) =>
        $"<div style=\"margin:.3em 0\"><span style=\"border:2px solid {Colour(verdict)};border-radius:.3em;padding:0 .45em;margin-right:.6em;font-weight:bold;white-space:nowrap\">{Verdict(verdict)}</span>"
            + $"<strong>{Encode(Numbers(effect, interval))}</strong> {Encode(unit)}</div>";

    private static string List(IReadOnlyList<string> sentences) => sentences.Count == 0
        ? ""
        : $"<ul style=\"margin:.3em 0;padding-left:1.3em\">{string.Concat(sentences.Select(sentence => $"<li>{Encode(sentence)}</li>"))}</ul>";

    private static string Verdict(ClaimVerdict verdict) => $"{Sign(verdict)} {ClaimWords.NameOf(verdict)}";

    private static string Sign(ClaimVerdict verdict) => verdict switch
    {
        ClaimVerdict.Reproduced => "✓",
        ClaimVerdict.NotReproduced => "✗",
        _ => "?",
    };

    private static string Colour(ClaimVerdict verdict) => verdict switch
    {
        ClaimVerdict.Reproduced => "#009e73",
        ClaimVerdict.NotReproduced => "#d55e00",
        _ => "#7f7f7f",
    };

    /// <summary>The effect and its interval: one decimal from ten on, else two.</summary>
    private static string Numbers(double effect, Interval? interval)
    {
        if (!double.IsFinite(effect))
            return "no effect was measured";
        var decimals = new[] { effect, interval?.Low ?? 0, interval?.High ?? 0 }.Max(Math.Abs) >= 10 ? 1 : 2;
        return interval is { } known
            ? string.Create(CultureInfo.InvariantCulture, $"{known.Around(effect, decimals)} ({100 * known.Level:0.##} % interval)")
            : effect.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    private static string Origin(ClaimRecord record)
    {
        var made = record.Provenance;
        var sources = record.Sources.Count == 0 ? "" : $" from {string.Join(", ", record.Sources.Take(4).Select(Short))}{(record.Sources.Count > 4 ? $" and {record.Sources.Count - 4} more" : "")}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Profile {record.Profile}, recorded {record.Recorded:yyyy-MM-dd HH:mm} UTC{sources}; Trivial Layers {made.Library}, TorchSharp {made.TorchSharp}, libtorch {made.LibTorch}, {made.DotNet}, {made.OperatingSystem}, {made.Processor}, {made.Device}, {made.ThreadsInWords}.");
    }

    /// <summary>Enough of an address to find it.</summary>
    private static string Short(string address) => address.Length > 12 ? address[..12] + "…" : address;

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
