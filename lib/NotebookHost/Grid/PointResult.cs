using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NotebookHost.Notebook;

namespace NotebookHost.Grid;

/// <summary>How the run of a point ended, beside its executed notebook. Written last, so that a notebook with it is whole.</summary>
internal sealed record PointResult
{
    /// <summary>The file's name.</summary>
    public const string FileName = "result.json";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>The point's id.</summary>
    public required string Id { get; init; }

    /// <summary>The notebook that was run, as the list of points names it.</summary>
    public required string Notebook { get; init; }

    /// <summary>The parameters that the list gave.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>0 when every cell ran to its end; else 1.</summary>
    public required int Exit { get; init; }

    /// <summary>How it ended, in a word.</summary>
    public required string Status { get; init; }

    /// <summary>What stopped it, in a sentence, or null.</summary>
    public required string? Error { get; init; }

    /// <summary>The name of the machine.</summary>
    public required string Host { get; init; }

    /// <summary>The job of a batch system that ran it, or null.</summary>
    public required string? Job { get; init; }

    /// <summary>When the run began that ended so, UTC.</summary>
    public required DateTime Started { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public required DateTime Ended { get; init; }

    /// <summary>How long it took, with earlier runs that were stopped in good order and that it went on from.</summary>
    public required double Seconds { get; init; }

    /// <summary>Name → version of .NET, this host and the assemblies that the notebook referenced.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>SHA-256 of the notebook's code as it was run, in hexadecimal digits.</summary>
    public required string CodeSha256 { get; init; }

    /// <summary>The size of the executed notebook: another one is not it.</summary>
    public required long NotebookBytes { get; init; }

    /// <summary>SHA-256 of the executed notebook, in hexadecimal digits; null in results of earlier versions.</summary>
    public string? NotebookSha256 { get; init; }

    /// <summary>The point that it is the result of.</summary>
    [JsonIgnore]
    public GridPoint Of => new(Id, Notebook, Parameters);

    /// <summary>The SHA-256 of a file, as <see cref="NotebookSha256"/> has it.</summary>
    public static string Sha256Of(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Writes the record atomically.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, Options) + "\n");

    /// <summary>Reads a record.</summary>
    /// <exception cref="JsonException">The file is damaged.</exception>
    public static PointResult Read(string path) => JsonSerializer.Deserialize<PointResult>(File.ReadAllText(path), Options) ?? throw new JsonException("null is not a result");
}
