using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TrivialLayers;

/// <summary>The file of a <see cref="TrainedRun"/>, <c>run.json</c>.</summary>
internal static class RunFile
{
    /// <summary>The file's name in a run's folder.</summary>
    public const string Name = "run.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>Writes a run's record with its checksum, and gives it back with that.</summary>
    public static TrainedRun Write(TrainedRun run)
    {
        run = run with { Checksum = JsonChecksum.Of(run with { Checksum = "" }, Json) };
        AtomicFile.WriteText(Path.Combine(run.Folder, Name), JsonSerializer.Serialize(run, Json) + "\n");
        return run;
    }

    /// <summary>Reads the record of a folder, still without its history.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or of an earlier version; the message names it.</exception>
    public static TrainedRun Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        var text = File.ReadAllText(path);
        return IsOfEarlierVersion(text) ? throw new InvalidDataException($"{path} was written by an earlier version, whose addresses are not known here.") : Parse(text, path) with { Folder = folder };
    }

    /// <summary>The identity in a folder's record, its other files not looked at, or null where the record is damaged; and whether it was stored before addresses were descriptions.</summary>
    public static (Identity? Identity, bool IsEarlier) Glance(string folder)
    {
        try
        {
            var path = Path.Combine(folder, Name);
            var text = File.ReadAllText(path);
            return IsOfEarlierVersion(text) ? (null, true) : (Parse(text, path).Identity, false);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            return (null, false);
        }
    }

    private static TrainedRun Parse(string text, string path)
    {
        try
        {
            var run = JsonSerializer.Deserialize<TrainedRun>(text, Json) ?? throw new InvalidDataException($"{path} is empty.");
            if (JsonChecksum.Of(run with { Checksum = "" }, Json) is var found && found != run.Checksum)
                throw new InvalidDataException($"{path} was changed after it was written: its checksum is {found}; it records {run.Checksum}.");
            _ = run.Recipe; // known here
            return run;
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException or FormatException) // ArgumentException: an infinite number, which can be read but not written
        {
            throw new InvalidDataException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static bool IsOfEarlierVersion(string text) =>
        !text.Contains("\"identity\"", StringComparison.Ordinal) && text.Contains("\"Key\"", StringComparison.Ordinal) && text.Contains("\"Modules\"", StringComparison.Ordinal);
}
