using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace NotebookHost.Engine;

/// <summary>One thing a running cell gives out, in the order in which it happens. The names follow Jupyter's messages.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(StreamWritten), "stream")]
[JsonDerivedType(typeof(DataDisplayed), "display_data")]
[JsonDerivedType(typeof(DisplayUpdated), "update_display_data")]
[JsonDerivedType(typeof(ResultProduced), "execute_result")]
[JsonDerivedType(typeof(OutputCleared), "clear_output")]
[JsonDerivedType(typeof(CellFailed), "error")]
internal abstract record CellEvent;

/// <summary>Text written to the console.</summary>
/// <param name="Name"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Text">The text as written, carriage returns included.</param>
internal sealed record StreamWritten(string Name, string Text) : CellEvent
{
    public const string StandardOutput = "stdout";
    public const string StandardError = "stderr";
}

/// <summary>A value shown by <c>display</c>.</summary>
/// <param name="Data">MIME type → content: a string, or JSON for the JSON types.</param>
/// <param name="DisplayId">Names this output for a later <see cref="DisplayUpdated"/>.</param>
internal sealed record DataDisplayed(JsonObject Data, string DisplayId) : CellEvent;

/// <summary>New content for an output shown earlier, also by another cell.</summary>
internal sealed record DisplayUpdated(JsonObject Data, string DisplayId) : CellEvent;

/// <summary>The value of the cell's last expression.</summary>
internal sealed record ResultProduced(JsonObject Data) : CellEvent;

/// <summary>What the cell has shown so far goes away.</summary>
/// <param name="Wait">Only when the next output comes, so that nothing flickers.</param>
internal sealed record OutputCleared(bool Wait) : CellEvent;

/// <summary>The cell did not compile or ended with an exception; always the last event of a cell.</summary>
/// <param name="Name">The exception's type, or <see cref="DidNotCompile"/>.</param>
/// <param name="Value">The message in one line or a few.</param>
/// <param name="Traceback">What a reader sees, line by line.</param>
internal sealed record CellFailed(string Name, string Value, IReadOnlyList<string> Traceback) : CellEvent
{
    /// <summary>The error name of a cell with compilation errors.</summary>
    public const string DidNotCompile = "CompilationError";

    /// <summary>The error name of a cell that was ended without its consent.</summary>
    public const string Interrupted = "Interrupted";
}
