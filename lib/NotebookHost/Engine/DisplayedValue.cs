namespace NotebookHost.Engine;

/// <summary>A value that <c>display</c> has shown.</summary>
public sealed class DisplayedValue
{
    private readonly CSharpEngine _engine;
    private readonly string[] _mimeTypes;

    private DisplayedValue(CSharpEngine engine, string[] mimeTypes)
    {
        _engine = engine;
        _mimeTypes = mimeTypes;
    }

    /// <summary>Names this output in the notebook protocol.</summary>
    public string DisplayId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Replaces what is shown, in place, also from a later cell.</summary>
    /// <param name="value">The value to show instead.</param>
    public void Update(object? value) => _engine.Emit(new DisplayUpdated(MimeBundle.Of(value, _mimeTypes), DisplayId));

    internal static DisplayedValue Show(CSharpEngine engine, object? value, string[] mimeTypes)
    {
        var shown = new DisplayedValue(engine, mimeTypes);
        engine.Emit(new DataDisplayed(MimeBundle.Of(value, mimeTypes), shown.DisplayId));
        return shown;
    }
}
