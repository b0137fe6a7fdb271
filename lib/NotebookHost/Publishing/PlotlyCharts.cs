using System.Text.Json.Nodes;
using NotebookHost.Notebook;

namespace NotebookHost.Publishing;

/// <summary>The plotly.js charts of an output, in each form in which notebooks keep them.</summary>
internal static class PlotlyCharts
{
    /// <summary>The MIME type of a chart.</summary>
    public const string Type = "application/vnd.plotly.v1+json";

    private static readonly string[] Calls = ["Plotly.newPlot(", "Plotly.plot(", "Plotly.react("];

    /// <summary>What stood beside a title until version 3 of plotly.js, and is in it since: <c>titlefont</c> is <c>title.font</c>.</summary>
    private static readonly string[] BesideTitle = ["font", "side", "position", "offset"];

    /// <summary>What the part of plotly.js that is in a page can draw.</summary>
    internal static readonly string[] Drawable =
        ["bar", "box", "contour", "heatmap", "histogram", "histogram2d", "histogram2dcontour", "image", "pie", "scatter", "scatterternary", "violin"];

    /// <summary>The chart of a bundle: JSON, or a text that is JSON.</summary>
    public static JsonObject? Of(JsonObject data)
    {
        var chart = JupyterJson.ObjectOf(data[Type]);
        return chart?["data"] is JsonArray { Count: > 0 } ? chart.DeepClone().AsObject() : null;
    }

    /// <summary>The charts that scripts draw with values that stand in them, as Plotly.NET and plotly.py write them.</summary>
    public static IEnumerable<JsonObject> In(IEnumerable<string> scripts)
    {
        foreach (var script in scripts)
        {
            foreach (var call in Calls)
            {
                for (var at = 0; (at = script.IndexOf(call, at, StringComparison.Ordinal)) >= 0;)
                {
                    at += call.Length;
                    if (Drawn(script, at) is { } chart)
                        yield return chart;
                }
            }
        }
    }

    /// <summary>Makes a chart ready for a page, and names its kinds of traces that a page cannot draw, in its frames too.</summary>
    public static IReadOnlyList<string> Prepare(JsonObject chart)
    {
        RenewTitles(chart);
        var foreign = new List<string>();
        var frames = (chart["frames"] as JsonArray)?.OfType<JsonObject>() ?? [];
        foreach (var trace in frames.Prepend(chart).Select(part => part["data"]).OfType<JsonArray>().SelectMany(traces => traces))
        {
            if (trace is not JsonObject members)
                return ["without a type"];
            var type = JupyterJson.Text(members["type"]) ?? "scatter";
            if (type == "scattergl")
                members["type"] = type = "scatter"; // the same, drawn by other means
            if (!Drawable.Contains(type))
                foreign.Add(type);
        }

        return [.. foreign.Distinct()];
    }

    /// <summary>Makes titles that are texts, as plotly.js had them until version 3, objects with a text; of charts, axes, colour bars, legends and traces, wherever they are.</summary>
    private static void RenewTitles(JsonObject members)
    {
        if (JupyterJson.Text(members["title"]) is { } text)
            members["title"] = new JsonObject { ["text"] = text };
        foreach (var name in BesideTitle)
        {
            if (members["title" + name] is not { } value)
                continue;
            members.Remove("title" + name);
            if (members["title"] is not JsonObject title)
                members["title"] = title = [];
            title[name] ??= value;
        }

        foreach (var (name, member) in members)
        {
            if (name is "meta" or "customdata")
                continue; // the author's own
            if (member is JsonObject inner)
                RenewTitles(inner);
            else if (name is "data" or "frames" && member is JsonArray items)
                items.OfType<JsonObject>().ToList().ForEach(RenewTitles);
        }
    }

    /// <summary>The call's arguments are the element, the traces and the layout, or one object with both; each as a value or by the name of a variable.</summary>
    private static JsonObject? Drawn(string script, int arguments)
    {
        var reader = new ScriptLiteral(script.AsSpan(arguments));
        if (!reader.TryRead(out _))
            reader.Name();
        if (!reader.Takes(',') || Value(script, ref reader) is not { } first)
            return null;
        var chart = first as JsonObject ?? new JsonObject { ["data"] = first };
        if (first is JsonArray && reader.Takes(',') && Value(script, ref reader) is JsonObject layout)
            chart["layout"] = layout;
        return chart["data"] is JsonArray { Count: > 0 } ? chart : null;
    }

    private static JsonNode? Value(string script, ref ScriptLiteral reader)
    {
        var here = reader;
        if (reader.TryRead(out var value))
            return value;
        reader = here;
        return reader.Name() is { Length: > 0 } name ? Variable(script, name) : null;
    }

    private static JsonNode? Variable(string script, string name)
    {
        foreach (var word in (ReadOnlySpan<string>)["var ", "let ", "const "])
        {
            var at = script.LastIndexOf(word + name, StringComparison.Ordinal);
            if (at < 0)
                continue;
            var reader = new ScriptLiteral(script.AsSpan(at + word.Length + name.Length));
            if (reader.Takes('=') && reader.TryRead(out var value))
                return value;
        }

        return null;
    }
}
