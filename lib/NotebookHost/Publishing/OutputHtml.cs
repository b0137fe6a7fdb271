using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Publishing;

/// <summary>The outputs of a cell as HTML, each in the richest form it has that a page can show.</summary>
internal sealed class OutputHtml(SafeHtml safe)
{
    /// <summary>Begins the element that holds a chart for plotly.js. Only this class writes it: cleaned HTML holds no scripts.</summary>
    public const string ChartData = "<script type=\"application/json\" class=\"chart-data\">";

    private const string SvgType = "image/svg+xml";
    private const string PlainType = "text/plain";

    /// <summary>No picture is wider or higher.</summary>
    private const double MostPixels = 100_000;

    /// <summary>What may stand beside a text and has nothing more to show: findings, and tables for programs.</summary>
    private static readonly string[] BesideText = [Finding.MimeType, "application/vnd.dataresource+json", "application/vnd.google.colaboratory.intrinsic+json"];

    private static readonly string[] Pictures = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"];

    /// <summary>The outputs of a cell. Some programs store each message of a stream by itself; together they are what a terminal shows.</summary>
    public string Of(IReadOnlyList<CellOutput> outputs)
    {
        var html = new StringBuilder();
        for (int at = 0, next; at < outputs.Count; at = next)
        {
            next = at + 1;
            if (outputs[at] is not StreamOutput first)
            {
                html.Append(Of(outputs[at]));
                continue;
            }

            var text = new StringBuilder(first.Text);
            for (; next < outputs.Count && outputs[next] is StreamOutput more && more.Name == first.Name; next++)
                text.Append(more.Text);
            html.Append(Of(new StreamOutput(first.Name, text.ToString())));
        }

        return html.ToString();
    }

    /// <summary>The output, or an empty text when there is nothing to see.</summary>
    private string Of(CellOutput output) => output switch
    {
        StreamOutput stream => Output(stream.Name == "stderr" ? "stderr" : "stdout", Text(stream.Text)),
        ErrorOutput error => Output("error", Text(error.Traceback.Count > 0 ? string.Join('\n', error.Traceback) : $"{error.Name}: {error.Value}")),
        DisplayDataOutput display => Of(display.Data, display.Metadata),
        ExecuteResultOutput result => Of(result.Data, result.Metadata),
        _ => "",
    };

    private string Of(JsonObject data, JsonObject metadata)
    {
        var html = MultilineText.TryJoin(data["text/html"]) is { } text ? safe.Clean(text, formulas: true) : null;
        var svg = Svg(data, metadata);
        var rich = Html(html, svg) ?? svg ?? Picture(data, metadata) ?? Markdown(data) ?? Latex(data);
        List<JsonObject> charts = PlotlyCharts.Of(data) is { } chart ? [chart] : [.. PlotlyCharts.In(html?.Scripts ?? [])];
        if (charts.Count > 0)
            return Charts(charts, rich, data);
        var note = rich is null || html is { IsBlank: false } ? html?.Note ?? "" : ""; // else a picture stands for it
        if (rich is not null)
            return Output("rich", rich + note);
        if (html is { IsStyleOnly: true })
            return "";
        return Plain(data, known: note.Length > 0) + note is { Length: > 0 } plain ? Output("text", plain) : "";
    }

    /// <summary>Charts take the place of what stands for them; where one cannot be drawn that stays.</summary>
    private string Charts(List<JsonObject> charts, string? rich, JsonObject data)
    {
        var foreign = charts.SelectMany(PlotlyCharts.Prepare).Distinct().ToList();
        if (foreign.Count == 0)
        {
            var picture = rich ?? $"<noscript>{Plain(data, known: true)}</noscript>";
            return Output("figure", string.Concat(charts.Select((chart, index) => Figure(chart, index == 0 ? picture : ""))));
        }

        if (rich is not null)
            return Output("rich", rich);
        var types = WebUtility.HtmlEncode(string.Join(", ", foreign));
        var note = $"<p class=\"note\">A chart of the type {types} cannot be drawn on a page, and the notebook has no picture of it.</p>";
        return Output("text", Plain(data, known: true) + note);
    }

    /// <summary>
    /// A chart and the picture that stands for it where no script runs. A chart may bring a caption (text) and the table behind it (HTML) in <c>layout.meta</c>, which is its
    /// author's to fill; the caption shows with the interactive chart only, as the picture has its own. In editors, which know nothing of that, a chart has the caption as an annotation of
    /// this name, for which <c>captionHeight</c> pixels were added; here it is taken out, since a page breaks lines to its own width.
    /// </summary>
    private string Figure(JsonObject chart, string picture)
    {
        var meta = (chart["layout"] as JsonObject)?["meta"] as JsonObject ?? [];
        var (caption, table) = (JupyterJson.Text(meta["caption"]), JupyterJson.Text(meta["table"]));
        if (table is not null)
            meta.Remove("table"); // once on the page is enough
        if (!string.IsNullOrEmpty(caption))
            TakeOutCaption(chart["layout"]!.AsObject(), meta);
        return $"<figure>{picture}{ChartData}{ScriptJson(chart)}</script>"
            + (string.IsNullOrEmpty(caption) ? "" : $"<figcaption class=\"of-chart\">{WebUtility.HtmlEncode(caption)}</figcaption>")
            + (string.IsNullOrEmpty(table) ? "" : $"<details><summary>Data{RowsOf(meta)}</summary>{safe.Clean(table).Html}</details>")
            + "</figure>";
    }

    private static void TakeOutCaption(JsonObject layout, JsonObject meta)
    {
        if (layout["annotations"] is not JsonArray annotations || annotations.RemoveAll(annotation => JupyterJson.Text((annotation as JsonObject)?["name"]) == "caption") == 0)
            return;
        if (Pixels(meta["captionHeight"]) is not { } height)
            return;
        if (Pixels(layout["height"]) is { } whole)
            layout["height"] = whole - height;
        if (layout["margin"] is JsonObject margin && Pixels(margin["b"]) is { } below)
            margin["b"] = below - height;
    }

    private static double? Pixels(JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue(out double pixels) => pixels,
        JsonValue value when value.TryGetValue(out int pixels) => pixels,
        _ => null,
    };

    private static string RowsOf(JsonObject meta) =>
        meta["rows"] is JsonValue value && value.TryGetValue(out int rows) ? string.Create(CultureInfo.InvariantCulture, $": {rows:N0} {(rows == 1 ? "row" : "rows")}") : "";

    /// <summary>The HTML, unless there is nothing to see in it, or it has no picture and the bundle has one beside it: then it is the lesser form.</summary>
    private static string? Html(CleanHtml? html, string? svg) =>
        html is null || html.IsBlank || (svg is not null && html.Body.QuerySelector("svg, img") is null) ? null : html.Html;

    private static string? Svg(JsonObject data, JsonObject metadata) => MultilineText.TryJoin(data[SvgType]) is { } text && SvgPicture.Of(text) is { } picture
        ? Image(SvgType, picture.Base64, data, metadata, picture.Words) + picture.Note
        : null;

    /// <summary>The first picture whose data are Base64, with line ends and without padding too.</summary>
    private static string? Picture(JsonObject data, JsonObject metadata)
    {
        foreach (var type in Pictures)
        {
            var digits = string.Concat((MultilineText.TryJoin(data[type]) ?? "").Where(c => !char.IsWhiteSpace(c))).TrimEnd('=');
            var base64 = digits.PadRight((digits.Length + 3) & ~3, '=');
            if (digits.Length > 0 && Base64.IsValid(base64))
                return Image(type, base64, data, metadata);
        }

        return null;
    }

    private string? Markdown(JsonObject data) =>
        MultilineText.TryJoin(data["text/markdown"]) is { } markdown && safe.Clean(MarkdownText.ToHtml(markdown)) is var words ? words.Html + words.Note : null;

    private static string? Latex(JsonObject data) => MultilineText.TryJoin(data["text/latex"]) is { } latex && LatexText.IsOfFormulas(latex) ? LatexText.ToHtml(latex) : null;

    /// <param name="data">The bundle.</param>
    /// <param name="known">Whether it is said already what cannot be shown.</param>
    private static string Plain(JsonObject data, bool known)
    {
        if (data["application/json"] is { } json)
            return Text(JupyterJson.Write(json, "  "));
        var plain = MultilineText.TryJoin(data[PlainType]);
        var others = string.Join(", ", data.Where(entry => IsContent(entry.Key, entry.Value)).Select(entry => entry.Key).Where(type => plain is null || (type != PlainType && !BesideText.Contains(type))));
        var note = known || others.Length == 0 ? "" : $"<p class=\"note\">An output of the type {WebUtility.HtmlEncode(others)} cannot be shown here{(plain is null ? "" : "; this is its text")}.</p>";
        return (plain is null ? "" : Text(plain)) + note;
    }

    /// <summary>Whether there is something to show: an empty text has nothing, and HTML says itself what of it is missing.</summary>
    private static bool IsContent(string type, JsonNode? content) =>
        MultilineText.TryJoin(content) is not { } text
        || Pictures.Contains(type)
        || (text.Length > 0 && type != "text/html");

    /// <param name="type">The picture's MIME type.</param>
    /// <param name="base64">Its data.</param>
    /// <param name="data">The bundle that it is in, whose text stands for the picture where it cannot be seen.</param>
    /// <param name="metadata">The bundle's metadata.</param>
    /// <param name="words">What stands for it instead, if not empty.</param>
    private static string Image(string type, string base64, JsonObject data, JsonObject metadata, string words = "") =>
        $"<img alt=\"{WebUtility.HtmlEncode(words.Length > 0 ? words : MultilineText.TryJoin(data[PlainType]) ?? "")}\"{Size(metadata[type] as JsonObject)} src=\"data:{type};base64,{base64}\">";

    /// <summary>The width that a notebook gives a picture, or the height when that is all; the picture keeps its shape.</summary>
    private static string Size(JsonObject? metadata)
    {
        if (Pixels(metadata?["width"]) is { } width && width is > 0 and < MostPixels)
            return string.Create(CultureInfo.InvariantCulture, $" width=\"{Math.Round(width)}\"");
        if (Pixels(metadata?["height"]) is { } height && height is > 0 and < MostPixels)
            return string.Create(CultureInfo.InvariantCulture, $" style=\"height: {Math.Round(height)}px; object-fit: contain\"");
        return "";
    }

    private static string Output(string kind, string html) => $"<div class=\"output {kind}\">{html}</div>\n";

    /// <summary>Text as a terminal shows it in the end, without its colours.</summary>
    private static string Text(string text)
    {
        var terminal = new TerminalText();
        terminal.Append(text);
        return $"<pre>{WebUtility.HtmlEncode(terminal.Plain)}</pre>";
    }

    /// <summary>In a script element nothing is escaped, so the one character that could end it must not occur; in JSON it stands in texts only.</summary>
    private static string ScriptJson(JsonNode node) => JupyterJson.WriteStandard(node).Replace("<", "\\u003c", StringComparison.Ordinal);
}
