using System.Text.Json.Nodes;

namespace NotebookHost.Notebook;

/// <summary>Puts cells together as nbformat 4.5 has them. In which order keys are written is <see cref="NotebookLayout"/>'s to say.</summary>
internal static class NotebookWriter
{
    public static JsonNode Cell(Cell cell)
    {
        var json = cell.Original.DeepClone().AsObject();
        json["cell_type"] = cell switch
        {
            CodeCell => "code",
            MarkdownCell => "markdown",
            _ => "raw",
        };
        json["id"] = cell.Id;
        json["metadata"] = cell.Metadata.DeepClone();
        if (cell is CodeCell code)
        {
            json["execution_count"] = code.ExecutionCount;
            json["outputs"] = new JsonArray([.. code.Outputs.Select(Output)]);
        }

        json["source"] = MultilineText.Split(cell.Source);
        return json;
    }

    private static JsonNode? Output(CellOutput output) => output switch
    {
        { IsRead: false } => Made(output),
        { Original: JsonObject original } => InLines(original.DeepClone().AsObject()),
        _ => output.Original?.DeepClone(),
    };

    private static JsonObject Made(CellOutput output) => output switch
    {
        StreamOutput stream => new JsonObject { ["name"] = stream.Name, ["output_type"] = "stream", ["text"] = MultilineText.Split(stream.Text) },
        DisplayDataOutput display => new JsonObject
        {
            ["data"] = Bundle(display.Data), ["metadata"] = display.Metadata.DeepClone(), ["output_type"] = "display_data",
        },
        ExecuteResultOutput result => new JsonObject
        {
            ["data"] = Bundle(result.Data),
            ["execution_count"] = result.ExecutionCount,
            ["metadata"] = result.Metadata.DeepClone(),
            ["output_type"] = "execute_result",
        },
        ErrorOutput error => new JsonObject
        {
            ["ename"] = error.Name,
            ["evalue"] = error.Value,
            ["output_type"] = "error",
            ["traceback"] = new JsonArray([.. error.Traceback.Select(line => (JsonNode)line)]),
        },
        _ => throw new ArgumentException($"A notebook cannot contain an output of the kind {output.GetType().Name}.", nameof(output)),
    };

    /// <summary>An output that was read, with its texts as lists of lines.</summary>
    private static JsonObject InLines(JsonObject output)
    {
        if (MultilineText.TryJoin(output["text"]) is { } text)
            output["text"] = MultilineText.Split(text);
        if (output["data"] is JsonObject data)
            output["data"] = Bundle(data);
        return output;
    }

    /// <summary>Text as lists of lines, as Jupyter stores it; images in base64 and JSON as they are.</summary>
    private static JsonObject Bundle(JsonObject data) => new(data.Select(entry => KeyValuePair.Create(
        entry.Key,
        IsText(entry.Key) && MultilineText.TryJoin(entry.Value) is { } text ? MultilineText.Split(text) : entry.Value?.DeepClone())));

    private static bool IsText(string type) => type.StartsWith("text/", StringComparison.Ordinal) || type is "image/svg+xml" or "application/javascript";
}
