using System.Text.Json.Nodes;

namespace NotebookHost.Engine;

/// <summary>A value that <c>display</c> has shown.</summary>
public sealed class DisplayedValue
{
    private readonly CSharpEngine _engine;
    private readonly Func<object?, JsonObject> _format;

    private DisplayedValue(CSharpEngine engine, object? value, Func<object?, JsonObject> format)
    {
        (_engine, _format) = (engine, format);
        engine.Emit(new DataDisplayed(format(value), DisplayId));
    }

    /// <summary>Names this output in the notebook protocol.</summary>
    public string DisplayId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Replaces what is shown, in place, also from a later cell.</summary>
    /// <param name="value">The value to show instead.</param>
    public void Update(object? value) => _engine.Emit(new DisplayUpdated(_format(value), DisplayId));

    internal static DisplayedValue Show(CSharpEngine engine, object? value, string[] mimeTypes) =>
        new(engine, value, value => MimeBundle.Of(value, mimeTypes));

    internal static DisplayedValue ShowAs(CSharpEngine engine, string content, string mimeType) =>
        new(engine, content, value => value is string text ? MimeBundle.OfContent(mimeType, text) : MimeBundle.Of(value, mimeType));
}
