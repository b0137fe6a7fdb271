using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookHost.Notebook;

/// <summary>
/// A notebook file, nbformat 4.0 to 4.5; written as 4.5. Keys unknown to this program are kept at every level, with the order of keys, and a notebook in which nothing
/// changed is written with the bytes it was read from.
/// </summary>
internal sealed class NotebookDocument
{
    private static readonly JsonSerializerOptions Layout = new()
    {
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly JsonObject _original;
    private readonly string? _text;
    private readonly JsonObject? _asRead;

    /// <summary>Makes an empty notebook.</summary>
    public NotebookDocument() : this([], null)
    {
    }

    private NotebookDocument(JsonObject original, string? text)
    {
        _original = original;
        _text = text;
        if (text is null)
            return;
        var reader = new NotebookReader();
        Cells.AddRange(reader.Cells(original));
        Metadata = NotebookReader.ObjectAt(original, "metadata", "$").DeepClone().AsObject();
        _asRead = ToJson();
    }

    /// <summary>The cells in order.</summary>
    public List<Cell> Cells { get; } = [];

    /// <summary>What is known about the notebook: kernel, language, runs.</summary>
    public JsonObject Metadata { get; } = [];

    /// <summary>The notebook's language as its metadata name it, or the empty string.</summary>
    public string Language =>
        Text(Metadata["language_info"]?["name"]) ?? Text(Metadata["kernelspec"]?["language"]) ?? "";

    /// <summary>Reads a notebook file.</summary>
    /// <exception cref="NotebookFormatException">The file is not a notebook of this format.</exception>
    public static NotebookDocument Load(string path) => Parse(File.ReadAllText(path), path);

    /// <summary>Reads a notebook from text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <exception cref="NotebookFormatException">The text is not a notebook of this format.</exception>
    public static NotebookDocument Parse(string json, string name)
    {
        try
        {
            var root = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 128, AllowDuplicateProperties = false }) as JsonObject
                ?? throw new NotebookFormatException("expected a JSON object");
            NotebookReader.CheckVersion(root);
            return new NotebookDocument(root, json);
        }
        catch (NotebookFormatException error)
        {
            throw new NotebookFormatException($"{name} is not a notebook: {error.Message}.", error);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            // Text that is not valid UTF-16 is refused as an argument.
            throw new NotebookFormatException($"{name} is not a notebook: {error.Message}", error);
        }
    }

    /// <summary>Writes the notebook to a temporary name, flushes it and renames it over the file.</summary>
    public void Save(string path)
    {
        var target = Path.GetFullPath(path);
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(Encoding.UTF8.GetBytes(ToText()));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The notebook as text, as <see cref="Save"/> writes it.</summary>
    public string ToText()
    {
        var json = ToJson();
        if (_text is not null && JsonNode.DeepEquals(json, _asRead))
            return _text;
        return json.ToJsonString(Layout) + (_text is null || _text.EndsWith('\n') ? "\n" : "");
    }

    private JsonObject ToJson()
    {
        var root = _original.DeepClone().AsObject();
        root["cells"] = new JsonArray([.. Cells.Select(NotebookWriter.Cell)]);
        root["metadata"] = Metadata.DeepClone();
        root["nbformat"] = 4;
        root["nbformat_minor"] = 5;
        return root;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
