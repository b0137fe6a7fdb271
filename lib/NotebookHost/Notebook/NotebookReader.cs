using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotebookHost.Engine;

namespace NotebookHost.Notebook;

/// <summary>
/// Takes a notebook's JSON apart and says where it is not as nbformat 4 has it. What nbformat reads with a warning is read, and outputs are read as far as they can be understood: there is no reason
/// to keep a reader from the rest of a notebook.
/// </summary>
internal sealed class NotebookReader
{
    private readonly HashSet<string> _ids = [];
    private readonly HashSet<string> _written = [];

    public static void CheckVersion(JsonObject root)
    {
        var major = Number(root["nbformat"]);
        if (major is not 4)
            throw new NotebookFormatException($"'nbformat' is {Short(root["nbformat"])}; expected 4{(major is > 0 and < 4 ? ". Older notebooks are converted by: jupyter nbconvert --to notebook FILE" : "")}");
        CheckMinorVersion(root);
    }

    /// <summary>The minor version of the format, after <see cref="CheckVersion"/>; the first where none is named.</summary>
    public static int MinorOf(JsonObject root) => Number(root["nbformat_minor"]) ?? 0;

    /// <summary>Takes out the outputs and counts of all cells that a run executes: it throws them away, so nothing in them is an error. Those of the others are mended.</summary>
    public static void DropOutputs(JsonNode? root)
    {
        foreach (var cell in CodeCells(root))
        {
            var tags = (cell["metadata"] as JsonObject)?["tags"] as JsonArray ?? [];
            if (!tags.Any(tag => JupyterJson.Text(tag) == NotebookCells.SkipTag))
                (cell["outputs"], cell["execution_count"]) = (new JsonArray(), null);
        }

        MendOutputs(root);
    }

    /// <summary>Makes Unicode text of the texts in outputs: a program may have cut one in the middle of a character.</summary>
    public static void MendOutputs(JsonNode? root)
    {
        foreach (var cell in CodeCells(root))
            JupyterJson.Mend(cell["outputs"]);
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

    private static void CheckMinorVersion(JsonObject root)
    {
        if (root["nbformat_minor"] is { } minor && Number(minor) is null)
            throw new NotebookFormatException($"'nbformat_minor' is {Short(minor)}; expected a whole number");
    }

    private static IEnumerable<JsonObject> CodeCells(JsonNode? root) =>
        ((root as JsonObject)?["cells"] as JsonArray ?? []).OfType<JsonObject>().Where(cell => JupyterJson.Text(cell["cell_type"]) == "code");

    private Cell Cell(JsonObject json, string place)
    {
        var metadata = json["metadata"] is null ? new JsonObject() : ObjectAt(json, "metadata", place).DeepClone().AsObject();
        if (metadata["tags"] is { } tags)
            CheckWords(tags, place + ".metadata.tags");
        var source = Lines(json["source"], place + ".source");
        var id = Id(json["id"]);
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
                cell.Outputs.AddRange(Outputs(json["outputs"], place + ".outputs"));
                return cell;
            default:
                throw Expected(json["cell_type"], place + ".cell_type", "'code', 'markdown' or 'raw'");
        }
    }

    private static IEnumerable<CellOutput> Outputs(JsonNode? node, string place) => node switch
    {
        null => [],
        JsonArray outputs => outputs.Select((output, index) => OutputOrNote(output, $"{place}[{index}]")),
        _ => [AsRead(Note(Expected(node, place, "a list")), node)],
    };

    /// <summary>The output, or in its place a note that says why it cannot be shown.</summary>
    private static CellOutput OutputOrNote(JsonNode? node, string place)
    {
        CellOutput output;
        try
        {
            output = Output(node as JsonObject ?? throw Expected(node, place, "an object"), place);
        }
        catch (NotebookFormatException error)
        {
            output = Note(error);
        }

        return AsRead(output, node);
    }

    /// <summary>The file keeps what it has.</summary>
    private static CellOutput AsRead(CellOutput output, JsonNode? node) => output with { IsRead = true, Original = node?.DeepClone() };

    /// <summary>A note in place of what cannot be read; it is only shown.</summary>
    private static DisplayDataOutput Note(NotebookFormatException error) => new(new JsonObject { ["text/plain"] = $"An output of this cell could not be read: {error.Message}." }, []);

    private static CellOutput Output(JsonObject json, string place)
    {
        JsonObject Metadata() => json["metadata"]?.DeepClone() as JsonObject ?? [];
        return Word(json["output_type"], place + ".output_type") switch
        {
            "stream" => new StreamOutput(json["name"] is null ? StreamWritten.StandardOutput : Shown(json["name"], place + ".name"), Shown(json["text"], place + ".text")),
            "display_data" or "update_display_data" => new DisplayDataOutput(Bundle(json, place), Metadata()),
            "execute_result" => new ExecuteResultOutput(Number(json["execution_count"]), Bundle(json, place), Metadata()),
            "error" => new ErrorOutput(Shown(json["ename"], place + ".ename"), Shown(json["evalue"], place + ".evalue"), Traceback(json["traceback"], place + ".traceback")),
            _ => throw Expected(json["output_type"], place + ".output_type", "'stream', 'display_data', 'execute_result' or 'error'"),
        };
    }

    /// <summary>
    /// Before nbformat 4.5 cells had no id, and some programs copy a cell with its own, or name it in words: the first of a valid id keeps it. One that is missing, or cannot be kept, is a number that
    /// no cell has, so that reading twice gives the same.
    /// </summary>
    private string Id(JsonNode? node)
    {
        if (JupyterJson.Text(node) is { Length: > 0 and <= 64 } id && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && _ids.Add(id))
            return id;
        var number = _ids.Count + 1;
        while (_written.Contains($"cell-{number}") || !_ids.Add($"cell-{number}"))
            number++;
        return $"cell-{number}";
    }

    /// <summary>A MIME bundle: one text for every type but JSON's. Objects and lists of an application's own type stay as they are; a page names the type.</summary>
    private static JsonObject Bundle(JsonObject output, string place)
    {
        var bundle = new JsonObject();
        foreach (var (type, content) in ObjectAt(output, "data", place))
        {
            if (type.EndsWith("json", StringComparison.Ordinal) || (content is JsonObject or JsonArray && type.StartsWith("application/", StringComparison.Ordinal)))
                bundle[type] = content?.DeepClone();
            else if (content is JsonObject && type.StartsWith("text/", StringComparison.Ordinal))
                bundle[type] = JupyterJson.Write(content, "  ");
            else if (content is not null)
                bundle[type] = Shown(content, $"{place}.data['{type}']");
        }

        return bundle;
    }

    private static void CheckWords(JsonNode node, string place)
    {
        foreach (var (index, word) in (node as JsonArray ?? throw Expected(node, place, "a list")).Index())
            Word(word, $"{place}[{index}]");
    }

    private static string Lines(JsonNode? node, string place) => node is JsonArray lines
        ? string.Concat(lines.Select((line, index) => Word(line, $"{place}[{index}]")))
        : Word(node, place);

    /// <summary>A text of an output: nothing is no text, and a number is its digits.</summary>
    private static string Shown(JsonNode? node, string place) => node switch
    {
        null => "",
        JsonArray lines => string.Concat(lines.Select((line, index) => Shown(line, $"{place}[{index}]"))),
        JsonValue value when JupyterJson.Text(value) is null => JupyterJson.Write(value),
        _ => Word(node, place),
    };

    /// <summary>Some programs write an error without its trace, or with empty places in it.</summary>
    private static string[] Traceback(JsonNode? node, string place) => node switch
    {
        null => [],
        JsonArray lines => [.. lines.OfType<JsonNode>().Select((line, index) => Shown(line, $"{place}[{index}]"))],
        _ => Shown(node, place).Split('\n'),
    };

    private static string Word(JsonNode? node, string place) =>
        JupyterJson.Text(node) ?? throw Expected(node, place, "text");

    private static int? Count(JsonNode? node, string place) =>
        node is null ? null : Number(node) ?? throw Expected(node, place, "a whole number or null");

    /// <summary>A whole number that is not negative, also as 3.0 or as text.</summary>
    private static int? Number(JsonNode? node)
    {
        if (node is JsonValue value && value.TryGetValue(out double number))
            return number is >= 0 and <= int.MaxValue && number == Math.Floor(number) ? (int)number : null;
        return int.TryParse(JupyterJson.Text(node), NumberStyles.None, CultureInfo.InvariantCulture, out var digits) ? digits : null;
    }

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
