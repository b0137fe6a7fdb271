using System.Text.Json.Nodes;

namespace NotebookHost.Notebook;

/// <summary>One output of a code cell. What was read from a file is written back as it was, keys unknown to this program included.</summary>
internal abstract record CellOutput
{
    /// <summary>Whether it was read from a file, and not made in this process.</summary>
    public bool IsRead { get; init; }

    /// <summary>What the file has, where it was read; null also when that is what the file has.</summary>
    public JsonNode? Original { get; init; }
}

/// <summary>Text on the standard output (<c>stdout</c>) or error output (<c>stderr</c>).</summary>
internal sealed record StreamOutput(string Name, string Text) : CellOutput;

/// <summary>Something displayed: a MIME bundle from type to content.</summary>
/// <param name="Data">Content by MIME type; text, or JSON for <c>+json</c> types.</param>
/// <param name="Metadata">What is known about the contents.</param>
/// <param name="DisplayId">By which it can be updated while the notebook runs; not saved.</param>
internal sealed record DisplayDataOutput(JsonObject Data, JsonObject Metadata, string? DisplayId = null) : CellOutput;

/// <summary>The value of a cell's last expression.</summary>
internal sealed record ExecuteResultOutput(int? ExecutionCount, JsonObject Data, JsonObject Metadata) : CellOutput;

/// <summary>The exception that ended a cell.</summary>
internal sealed record ErrorOutput(string Name, string Value, IReadOnlyList<string> Traceback) : CellOutput;
