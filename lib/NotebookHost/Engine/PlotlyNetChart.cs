using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>Charts of the library Plotly.NET, which this host knows by name alone: a notebook brings its own version.</summary>
internal static class PlotlyNetChart
{
    /// <summary>The chart's type; up to Plotly.NET 4 it stood in a module of the same name.</summary>
    private static readonly string[] TypeNames = ["Plotly.NET.GenericChart", "Plotly.NET.GenericChart+GenericChart"];

    /// <summary>The chart as plotly.js and a browser take it; <c>null</c> when the value is none, or the notebook has a formatter of its own for it.</summary>
    public static JsonObject? TryRead(object? value)
    {
        if (value is null || ChartType(value.GetType()) is not { } type)
            return null;
        if (Formatter.GetPreferredFormatterFor(value.GetType(), "text/html").Type != typeof(object))
            return null;
        var plain = value.ToString()!.Split('(')[0].Trim();
        var (figure, html) = (Write(type, "toFigureJson", value), Write(type, "toChartHTML", value));
        var bundle = new JsonObject();
        if (figure is not null)
            bundle["application/vnd.plotly.v1+json"] = JsonNode.Parse(figure);
        if (html is not null)
            bundle["text/html"] = html;
        bundle["text/plain"] = bundle.Count > 0
            ? $"{plain} of Plotly.NET"
            : $"{plain}: this version of Plotly.NET is shown by its package Plotly.NET.Interactive in .NET Interactive, not here.";
        return bundle;
    }

    private static Type? ChartType(Type? type)
    {
        while (type is not null && !TypeNames.Contains(type.FullName))
            type = type.BaseType;
        return type;
    }

    private static string? Write(Type type, string function, object chart) =>
        (type.GetMethod(function, [type]) ?? type.DeclaringType?.GetMethod(function, [type]))
            ?.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [chart], null) as string;
}
