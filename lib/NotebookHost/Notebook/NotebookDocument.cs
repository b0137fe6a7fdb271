using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookHost.Notebook;

/// <summary>
/// A notebook file, nbformat 4; written as 4.5, or as the later version that it has. Keys unknown to this program are kept at every level, and a notebook in which nothing changed is written with the
/// bytes it was read from. A changed one is written as Jupyter and VS Code write it (see <see cref="NotebookLayout"/>), with the indentation the file had.
/// <see href="https://nbformat.readthedocs.io/en/latest/format_description.html">The format.</see>
/// </summary>
internal sealed partial class NotebookDocument
{
    private readonly JsonObject _original;
    private readonly string? _text;
    private readonly JsonObject? _asRead;

    /// <summary>Makes an empty notebook.</summary>
    public NotebookDocument() : this([], null)
    {
    }

    private NotebookDocument(JsonObject original, string? text, bool toRun = false)
    {
        _original = original;
        _text = text;
        if (text is null)
            return;
        var reader = new NotebookReader();
        Cells.AddRange(reader.Cells(original));
        Metadata = NotebookReader.ObjectAt(original, "metadata", "$").DeepClone().AsObject();
        _asRead = toRun ? null : ToJson(); // without its outputs it is not as it was read
    }

    /// <summary>The cells in order.</summary>
    public List<Cell> Cells { get; } = [];

    /// <summary>What is known about the notebook: kernel, language, runs.</summary>
    public JsonObject Metadata { get; } = [];

    /// <summary>The notebook's language as its metadata name it, or the empty string.</summary>
    public string Language =>
        JupyterJson.Text(Metadata["language_info"]?["name"]) ?? JupyterJson.Text(Metadata["kernelspec"]?["language"]) ?? "";

    /// <summary>SHA-256 of the code of all cells, not of files they load, in hexadecimal digits: another one means that outputs may be those of other code.</summary>
    public string CodeFingerprint =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Cells.OfType<CodeCell>().Select(cell => cell.Source)))));

    /// <summary>Reads a notebook file.</summary>
    /// <exception cref="NotebookFormatException">The file is not a notebook of this format.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    public static NotebookDocument Load(string path) => Load(path, toRun: false);

    /// <summary>Reads a notebook file for a run, which throws the outputs of an earlier run away: they are left out, and nothing in them is an error.</summary>
    /// <exception cref="NotebookFormatException">The file is not a notebook of this format.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    public static NotebookDocument LoadToRun(string path) => Load(path, toRun: true);

    private static NotebookDocument Load(string path, bool toRun)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            return Parse(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes), path, toRun);
        }
        catch (DecoderFallbackException error)
        {
            if (toRun && TryParseToRun(Encoding.UTF8.GetString(bytes), path) is { } rest && !rest.ToText().Contains('\ufffd'))
                return rest; // they were in outputs
            throw new NotebookFormatException($"{path} is not a notebook: expected UTF-8 text, found other bytes at {error.Index}.", error);
        }
    }

    /// <summary>The notebook, or null where the text is not a notebook; the caller then reports the invalid bytes.</summary>
    private static NotebookDocument? TryParseToRun(string json, string name)
    {
        try
        {
            return Parse(json, name, toRun: true);
        }
        catch (NotebookFormatException)
        {
            return null;
        }
    }

    /// <summary>Reads a notebook from text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <exception cref="NotebookFormatException">The text is not a notebook of this format.</exception>
    public static NotebookDocument Parse(string json, string name) => Parse(json, name, toRun: false);

    private static NotebookDocument Parse(string json, string name, bool toRun)
    {
        try
        {
            var root = JupyterJson.Parse(json.TrimStart('\uFEFF'), toRun ? NotebookReader.DropOutputs : NotebookReader.MendOutputs) as JsonObject ?? throw new NotebookFormatException("expected a JSON object");
            NotebookReader.CheckVersion(root);
            return new NotebookDocument(root, json, toRun);
        }
        catch (NotebookFormatException error)
        {
            throw new NotebookFormatException($"{name} is not a notebook: {error.Message}.", error);
        }
    }

    /// <summary>Writes the notebook to a temporary name, flushes it and renames it over the file.</summary>
    /// <exception cref="IOException">The disk refused; what was at <paramref name="path"/> is untouched.</exception>
    public void Save(string path) => AtomicFile.WriteText(path, ToText());

    /// <summary>The notebook as text, as <see cref="Save"/> writes it.</summary>
    public string ToText()
    {
        var json = ToJson();
        return _text is not null && JsonNode.DeepEquals(json, _asRead) ? _text : Laid(json);
    }

    /// <summary>The notebook as text in the layout of Jupyter and VS Code, also when nothing changed.</summary>
    public string ToLaidOutText() => Laid(ToJson());

    private string Laid(JsonObject json)
    {
        var indent = _text is not null && Indentation().Match(_text.TrimStart('\uFEFF')) is { Success: true } match ? match.Groups[1].Value : " ";
        return JupyterJson.Write(NotebookLayout.Of(json), indent) + "\n";
    }

    private JsonObject ToJson()
    {
        var root = _original.DeepClone().AsObject();
        root["cells"] = new JsonArray([.. Cells.Select(NotebookWriter.Cell)]);
        root["metadata"] = Metadata.DeepClone();
        root["nbformat"] = 4;
        root["nbformat_minor"] = Math.Max(5, NotebookReader.MinorOf(_original));
        return root;
    }

    [GeneratedRegex(@"^\s*\{\r?\n([ \t]{1,8})""")]
    private static partial Regex Indentation();
}
