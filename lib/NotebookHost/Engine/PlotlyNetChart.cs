using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>Charts of the library Plotly.NET, which this host knows by name alone: a notebook brings its own version.</summary>
internal static class PlotlyNetChart
{
    /// <summary>The chart's type; up to Plotly.NET 4 it stood in a module of the same name.</summary>
    private static readonly string[] TypeNames = ["Plotly.NET.GenericChart", "Plotly.NET.GenericChart+GenericChart"];

    /// <summary>The chart as plotly.js and as a browser take it, or <c>null</c> when the value is none or the notebook has a formatter of its own for it.</summary>
    public static JsonObject? TryRead(object? value)
    {
        if (value is null || ChartType(value.GetType()) is not { } type || Formatter.GetPreferredFormatterFor(value.GetType(), "text/html").Type != typeof(object))
            return null;
        var plain = value.ToString()!.Split('(')[0].Trim();
        if (Write(type, "toFigureJson", value) is not { } figure)
            return new JsonObject { ["text/plain"] = $"{plain}: this version of Plotly.NET is shown by its package Plotly.NET.Interactive, or by Chart.Show outside of a notebook." };
        var bundle = new JsonObject { ["application/vnd.plotly.v1+json"] = JsonNode.Parse(figure) };
        if (Write(type, "toChartHTML", value) is { } html)
            bundle["text/html"] = html;
        bundle["text/plain"] = $"{plain} of Plotly.NET";
        return bundle;
    }

    private static Type? ChartType(Type? type)
    {
        while (type is not null && !TypeNames.Contains(type.FullName))
            type = type.BaseType;
        return type;
    }

    private static string? Write(Type type, string function, object chart) =>
        (type.GetMethod(function, [type]) ?? type.DeclaringType?.GetMethod(function, [type]))?.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [chart], null) as string;
}
