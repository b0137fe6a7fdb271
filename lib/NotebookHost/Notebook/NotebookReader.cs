using System.Text.Json;
using System.Text.Json.Nodes;
using NotebookHost.Engine;

namespace NotebookHost.Notebook;

/// <summary>Takes a notebook's JSON apart and says where it is not as nbformat 4 has it.</summary>
internal sealed class NotebookReader
{
    private readonly HashSet<string> _ids = [];
    private readonly HashSet<string> _written = [];

    public static void CheckVersion(JsonObject root)
    {
        var (major, minor) = (Number(root["nbformat"]), Number(root["nbformat_minor"]));
        if (major is not 4)
            throw new NotebookFormatException($"'nbformat' is {Short(root["nbformat"])}; expected 4{(major is > 0 and < 4 ? ". Older notebooks are converted by: jupyter nbconvert --to notebook FILE" : "")}");
        if (minor is not (>= 0 and <= 5))
            throw new NotebookFormatException($"'nbformat_minor' is {Short(root["nbformat_minor"])}; expected 0 to 5");
    }

    /// <summary>Takes out the outputs and counts of all cells that a run executes: it throws them away, so nothing in them is an error.</summary>
    public static void DropOutputs(JsonNode? root)
    {
        foreach (var cell in ((root as JsonObject)?["cells"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var tags = (cell["metadata"] as JsonObject)?["tags"] as JsonArray ?? [];
            if (JupyterJson.Text(cell["cell_type"]) == "code" && !tags.Any(tag => JupyterJson.Text(tag) == NotebookCells.SkipTag))
                (cell["outputs"], cell["execution_count"]) = (new JsonArray(), null);
        }
    }

    public IEnumerable<Cell> Cells(JsonObject root)
    {
        if (root["cells"] is not JsonArray cells)
            throw Expected(root["cells"], "$.cells", "a list");
        _written.UnionWith(cells.OfType<JsonObject>().Select(cell => JupyterJson.Text(cell["id"])).OfType<string>());
        foreach (var (index, node) in cells.Index())
        {
            var place = $"$.cells[{index}]";
            yield return Cell(node as JsonObject ?? throw Expected(node, place, "an object"), place);
        }
    }

    public static JsonObject ObjectAt(JsonObject parent, string key, string place) =>
        parent[key] as JsonObject ?? throw Expected(parent[key], $"{place}.{key}", "an object");

    private Cell Cell(JsonObject json, string place)
    {
        var metadata = ObjectAt(json, "metadata", place).DeepClone().AsObject();
        if (metadata.ContainsKey("tags"))
            Words(metadata["tags"], place + ".metadata.tags");
        var source = Lines(json["source"], place + ".source");
        var id = Id(json["id"], place + ".id");
        var original = json.DeepClone().AsObject();
        switch (Word(json["cell_type"], place + ".cell_type"))
        {
            case "markdown":
                return new MarkdownCell { Id = id, Source = source, Metadata = metadata, Original = original };
            case "raw":
                return new RawCell { Id = id, Source = source, Metadata = metadata, Original = original };
            case "code":
                var cell = new CodeCell { Id = id, Source = source, Metadata = metadata, Original = original };
                cell.ExecutionCount = Count(json["execution_count"], place + ".execution_count");
                if (json["outputs"] is not JsonArray outputs)
                    throw Expected(json["outputs"], place + ".outputs", "a list");
                cell.Outputs.AddRange(outputs.Select((node, index) => Output(node, $"{place}.outputs[{index}]")));
                return cell;
            default:
                throw Expected(json["cell_type"], place + ".cell_type", "'code', 'markdown' or 'raw'");
        }
    }

    private static CellOutput Output(JsonNode? node, string place)
    {
        var json = node as JsonObject ?? throw Expected(node, place, "an object");
        var original = json.DeepClone().AsObject();
        JsonObject Part(string key) => ObjectAt(json, key, place).DeepClone().AsObject();
        return Word(json["output_type"], place + ".output_type") switch
        {
            "stream" => new StreamOutput(Word(json["name"], place + ".name"), Lines(json["text"], place + ".text")) { Original = original },
            "display_data" => new DisplayDataOutput(Bundle(json, place), Part("metadata")) { Original = original },
            "execute_result" => new ExecuteResultOutput(Count(json["execution_count"], place + ".execution_count"), Bundle(json, place), Part("metadata")) { Original = original },
            "error" => new ErrorOutput(WordOrNone(json["ename"], place + ".ename"), WordOrNone(json["evalue"], place + ".evalue"), Traceback(json["traceback"], place + ".traceback")) { Original = original },
            _ => throw Expected(json["output_type"], place + ".output_type", "'stream', 'display_data', 'execute_result' or 'error'"),
        };
    }

    /// <summary>
    /// Before nbformat 4.5 cells had no id, and some programs copy a cell with its own: the first keeps it. An id that is missing is a number that no cell has, so that
    /// reading twice gives the same.
    /// </summary>
    private string Id(JsonNode? node, string place)
    {
        if (node is not null)
        {
            var id = Word(node, place);
            if (id.Length is 0 or > 64 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                throw Expected(node, place, "1 to 64 letters, digits, '-' or '_'");
            if (_ids.Add(id))
                return id;
        }

        var number = _ids.Count + 1;
        while (_written.Contains($"cell-{number}") || !_ids.Add($"cell-{number}"))
            number++;
        return $"cell-{number}";
    }

    /// <summary>A MIME bundle: text for every type but JSON's.</summary>
    private static JsonObject Bundle(JsonObject output, string place)
    {
        var data = ObjectAt(output, "data", place).DeepClone().AsObject();
        foreach (var (type, content) in data)
        {
            if (!type.EndsWith("json", StringComparison.Ordinal))
                Lines(content, $"{place}.data['{type}']");
        }

        return data;
    }

    private static IReadOnlyList<string> Words(JsonNode? node, string place) => node is JsonArray words
        ? [.. words.Select((word, index) => Word(word, $"{place}[{index}]"))]
        : throw Expected(node, place, "a list");

    private static string Lines(JsonNode? node, string place) => node is JsonArray lines
        ? string.Concat(lines.Select((line, index) => Word(line, $"{place}[{index}]")))
        : Word(node, place);

    /// <summary>Some programs write an error without its trace, or with empty places in it.</summary>
    private static IReadOnlyList<string> Traceback(JsonNode? node, string place) => node switch
    {
        null => [],
        JsonArray lines => Words(new JsonArray([.. lines.OfType<JsonNode>().Select(line => line.DeepClone())]), place),
        _ => Word(node, place).Split('\n'),
    };

    private static string WordOrNone(JsonNode? node, string place) => node is null ? "" : Word(node, place);

    private static string Word(JsonNode? node, string place) =>
        JupyterJson.Text(node) ?? throw Expected(node, place, "text");

    private static int? Count(JsonNode? node, string place) =>
        node is null ? null : Number(node) ?? throw Expected(node, place, "a whole number or null");

    private static int? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue(out int number) && number >= 0 ? number : null;

    private static NotebookFormatException Expected(JsonNode? found, string place, string expected) =>
        new($"{place} is {Short(found)}; expected {expected}");

    private static string Short(JsonNode? node)
    {
        if (node is null)
            return "missing or null";
        return node.GetValueKind() switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            _ => node.ToJsonString() is { Length: > 40 } text ? text[..40] + "…" : node.ToJsonString(),
        };
    }
}
