using System.Text.Json.Nodes;

namespace NotebookHost.Notebook;

/// <summary>One cell of a notebook.</summary>
internal abstract class Cell
{
    /// <summary>The cell's name in the file: 1 to 64 letters, digits, hyphens and underscores.</summary>
    public string Id { get; set; } = Guid.NewGuid().ToString("N")[..8];

    /// <summary>The text of the cell, lines ended by <c>\n</c>.</summary>
    public string Source { get; set; } = "";

    /// <summary>What is known about the cell; keys unknown to this program are kept.</summary>
    public JsonObject Metadata { get; set; } = [];

    /// <summary>The cell's tags, such as <c>parameters</c>.</summary>
    public IReadOnlyList<string> Tags => Metadata["tags"] is JsonArray tags
        ? [.. tags.OfType<JsonValue>().Select(tag => tag.TryGetValue(out string? text) ? text : "").Where(tag => tag.Length > 0)]
        : [];

    /// <summary>The cell as the file has it: carries the keys unknown to this program.</summary>
    internal JsonObject Original { get; init; } = [];
}

/// <summary>A cell with code and its outputs.</summary>
internal sealed class CodeCell : Cell
{
    /// <summary>The how-manyeth execution it was, or null when it was not executed.</summary>
    public int? ExecutionCount { get; set; }

    /// <summary>The outputs in the order in which they came.</summary>
    public List<CellOutput> Outputs { get; } = [];
}

/// <summary>A cell with Markdown.</summary>
internal sealed class MarkdownCell : Cell;

/// <summary>A cell that is neither executed nor rendered.</summary>
internal sealed class RawCell : Cell;
