using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookHost.Notebook;

namespace NotebookHost.Publishing;

/// <summary>The outputs of a cell as HTML, each in the richest form it has that a page can show.</summary>
internal sealed partial class OutputHtml(SafeHtml safe)
{
    /// <summary>Begins the element that holds a chart for plotly.js. Only this class writes it: cleaned HTML holds no scripts.</summary>
    public const string ChartData = "<script type=\"application/json\" class=\"chart-data\">";

    private const string SvgType = "image/svg+xml";
    private const string Plotly = "application/vnd.plotly.v1+json";
    private static readonly string[] Pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"];

    /// <summary>The output, or an empty text when there is nothing to see.</summary>
    public string Of(CellOutput output) => output switch
    {
        StreamOutput stream => Output(stream.Name == "stderr" ? "stderr" : "stdout", Text(stream.Text)),
        ErrorOutput error => Output("error", Text(error.Traceback.Count > 0 ? string.Join('\n', error.Traceback) : $"{error.Name}: {error.Value}")),
        DisplayDataOutput display => Of(display.Data, display.Metadata),
        ExecuteResultOutput result => Of(result.Data, result.Metadata),
        _ => "",
    };

    private string Of(JsonObject data, JsonObject metadata)
    {
        var rich = Html(data) ?? Svg(data) ?? Picture(data, metadata) ?? Markdown(data);
        if (data[Plotly] is JsonObject chart && chart["data"] is JsonArray { Count: > 0 })
            return Output("figure", Figure(chart, rich ?? $"<noscript>{Plain(data)}</noscript>"));
        return rich is not null ? Output("rich", rich) : Plain(data) is { Length: > 0 } plain ? Output("text", plain) : "";
    }

    /// <summary>
    /// A chart and the picture that stands for it where no script runs. A chart may bring a caption (text) and the table behind it (HTML) in <c>layout.meta</c>, which is its
    /// author's to fill; the caption shows with the interactive chart only, as the picture has its own.
    /// </summary>
    private string Figure(JsonObject chart, string picture)
    {
        var drawn = chart.DeepClone().AsObject();
        var meta = (drawn["layout"] as JsonObject)?["meta"] as JsonObject ?? [];
        var (caption, table) = (JupyterJson.Text(meta["caption"]), JupyterJson.Text(meta["table"]));
        if (table is not null)
            meta.Remove("table"); // once on the page is enough
        return $"<figure>{picture}{ChartData}{ScriptJson(drawn)}</script>"
            + (string.IsNullOrEmpty(caption) ? "" : $"<figcaption class=\"of-chart\">{WebUtility.HtmlEncode(caption)}</figcaption>")
            + (string.IsNullOrEmpty(table) ? "" : $"<details><summary>Data{RowsOf(meta)}</summary>{safe.Clean(table).InnerHtml}</details>")
            + "</figure>";
    }

    private static string RowsOf(JsonObject meta) =>
        meta["rows"] is JsonValue value && value.TryGetValue(out int rows) ? string.Create(CultureInfo.InvariantCulture, $": {rows:N0} {(rows == 1 ? "row" : "rows")}") : "";

    /// <summary>The HTML, unless it has no picture and the bundle has one beside it: then it is the lesser form.</summary>
    private string? Html(JsonObject data)
    {
        if (MultilineText.TryJoin(data["text/html"]) is not { } html)
            return null;
        var body = safe.Clean(html);
        if (!body.HasChildNodes || (data.ContainsKey(SvgType) && body.QuerySelector("svg, img") is null))
            return null;
        return body.InnerHtml;
    }

    /// <summary>A picture with a style sheet of its own is shown as an image, where its rules cannot reach the page.</summary>
    private string? Svg(JsonObject data) => MultilineText.TryJoin(data[SvgType]) switch
    {
        null => null,
        var svg when svg.Contains("<style", StringComparison.OrdinalIgnoreCase) => Image(SvgType, Convert.ToBase64String(Encoding.UTF8.GetBytes(svg)), data),
        var svg => safe.Clean(svg).InnerHtml,
    };

    private static string? Picture(JsonObject data, JsonObject metadata) => Pictures.FirstOrDefault(data.ContainsKey) is { } type
        ? Image(type, string.Concat((MultilineText.TryJoin(data[type]) ?? "").Where(char.IsAscii).Where(c => !char.IsWhiteSpace(c))), data, Width(metadata[type]))
        : null;

    private string? Markdown(JsonObject data) => MultilineText.TryJoin(data["text/markdown"]) is { } markdown ? safe.Clean(MarkdownText.ToHtml(markdown)).InnerHtml : null;

    private static string Plain(JsonObject data)
    {
        if (data["application/json"] is { } json)
            return Text(JupyterJson.Write(json, "  "));
        if (MultilineText.TryJoin(data["text/plain"]) is { } plain)
            return Text(plain);
        var others = string.Join(", ", data.Select(entry => entry.Key).Where(type => type != Plotly));
        return others.Length == 0 ? "" : $"<p class=\"note\">An output of the type {WebUtility.HtmlEncode(others)} cannot be shown here.</p>";
    }

    private static string Image(string type, string base64, JsonObject data, string width = "") =>
        $"<img alt=\"{WebUtility.HtmlEncode(MultilineText.TryJoin(data["text/plain"]) ?? "")}\"{width} src=\"data:{type};base64,{WebUtility.HtmlEncode(base64)}\">";

    private static string Width(JsonNode? metadata) =>
        metadata is JsonObject size && size["width"] is JsonValue value && value.TryGetValue(out int pixels) && pixels > 0 ? $" width=\"{pixels}\"" : "";

    private static string Output(string kind, string html) => $"<div class=\"output {kind}\">{html}</div>\n";

    /// <summary>Text of a terminal, without its colours.</summary>
    private static string Text(string text) => $"<pre>{WebUtility.HtmlEncode(Ansi().Replace(text, ""))}</pre>";

    /// <summary>In a script element nothing is escaped, so the one character that could end it must not occur; in JSON it stands in texts only.</summary>
    private static string ScriptJson(JsonNode node) => node.ToJsonString().Replace("<", "\\u003c", StringComparison.Ordinal);

    /// <summary>Escape sequences of terminals: colours and cursor moves, titles and links.</summary>
    [GeneratedRegex(@"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")]
    private static partial Regex Ansi();
}
