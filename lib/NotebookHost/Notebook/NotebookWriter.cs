using System.Text.Json.Nodes;

namespace NotebookHost.Notebook;

/// <summary>Puts cells together as nbformat 4.5 has them; known keys of a new cell stand in alphabetical order, as Jupyter writes them.</summary>
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
        if (cell is CodeCell code)
        {
            json["execution_count"] = code.ExecutionCount;
            Put(json, cell);
            json["outputs"] = new JsonArray([.. code.Outputs.Select(Output)]);
        }
        else
        {
            Put(json, cell);
        }

        // A source that did not change keeps its form, one text or a list of lines.
        if (json["source"] is not { } source || MultilineText.TryJoin(source) != cell.Source)
            json["source"] = MultilineText.Split(cell.Source);
        return json;
    }

    private static void Put(JsonObject json, Cell cell)
    {
        if (!json.ContainsKey("id") && json.ContainsKey("metadata"))
            json.Insert(json.IndexOf("metadata"), "id", null);
        json["id"] = cell.Id;
        json["metadata"] = cell.Metadata.DeepClone();
    }

    private static JsonNode Output(CellOutput output) => output.Original?.DeepClone() ?? output switch
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
        _ => throw new ArgumentException($"There is no output of the kind {output.GetType().Name} in a notebook.", nameof(output)),
    };

    /// <summary>Text as lists of lines, as Jupyter stores it; images in base64 and JSON as they are.</summary>
    private static JsonObject Bundle(JsonObject data) => new(data.Select(entry => KeyValuePair.Create(
        entry.Key,
        IsText(entry.Key) && MultilineText.TryJoin(entry.Value) is { } text ? MultilineText.Split(text) : entry.Value?.DeepClone())));

    private static bool IsText(string type) => type.StartsWith("text/", StringComparison.Ordinal) || type is "image/svg+xml" or "application/javascript";
}
