using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>Formats a value as MIME type → content, by the formatters and preferences that the notebook registered with <see cref="Formatter"/>.</summary>
internal static class MimeBundle
{
    private const string PlainText = "text/plain";

    /// <summary>The plain text beside a richer type is for terminals and diffs; beyond this many characters it is cut.</summary>
    private const int LongestPlainFallback = 10_000;

    /// <summary>The value in each preferred MIME type of its type (or in <paramref name="mimeTypes"/>), and always as plain text.</summary>
    public static JsonObject Of(object? value, params IReadOnlyCollection<string> mimeTypes)
    {
        if (value is IFormattedText formatted)
            return OfContent(formatted.MimeType, formatted.ToString()!);
        if (mimeTypes.Count == 0 && PlotlyNetChart.TryRead(value) is { } chart)
            return chart;
        var type = value?.GetType() ?? typeof(object);
        var wanted = mimeTypes.Count > 0 ? mimeTypes : value is null ? [PlainText] : Formatter.GetPreferredMimeTypesFor(type);
        var bundle = new JsonObject();
        foreach (var mimeType in wanted)
            bundle[mimeType] = Content(mimeType, value.ToDisplayString(mimeType));

        if (!bundle.ContainsKey(PlainText))
            bundle[PlainText] = PlainFallback(value!, type);
        return bundle;
    }

    /// <summary>Content that has its MIME type already, and the same as plain text.</summary>
    public static JsonObject OfContent(string mimeType, string content)
    {
        var bundle = new JsonObject { [mimeType] = Content(mimeType, content) };
        bundle.TryAdd(PlainText, content);
        return bundle;
    }

    private static JsonNode? Content(string mimeType, string text)
    {
        if (!IsJson(mimeType))
            return JsonValue.Create(text);
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    /// <summary>Notebook files hold these as JSON values, all others as text.</summary>
    private static bool IsJson(string mimeType) => mimeType == "application/json" || mimeType.EndsWith("+json", StringComparison.Ordinal);

    /// <summary>A plain-text formatter for the type if there is one, else its own <c>ToString</c>, else the general formatter that lists properties.</summary>
    private static string PlainFallback(object value, Type type)
    {
        var formatter = Formatter.GetPreferredFormatterFor(type, PlainText);
        var text = formatter.Type == typeof(object) && SaysWhatItIs(type) ? value.ToString() ?? "" : value.ToDisplayString(formatter);
        return text.Length <= LongestPlainFallback ? text : string.Concat(text.AsSpan(0, LongestPlainFallback), "…");
    }

    private static bool SaysWhatItIs(Type type)
    {
        var declaring = type.GetMethod(nameof(ToString), BindingFlags.Public | BindingFlags.Instance, Type.EmptyTypes)?.DeclaringType;
        return declaring is not null && declaring != typeof(object) && declaring != typeof(ValueType);
    }
}
