using Google.Protobuf;
using Onnx;

namespace TrivialLayers;

/// <summary>Parses an ONNX file and says in words what is wrong with one.</summary>
internal static class OnnxFile
{
    /// <summary>The oldest and newest version of the operators whose meaning is known here.</summary>
    public const int Oldest = 7, Newest = 26;

    /// <exception cref="InvalidDataException">It is not an ONNX file, or is damaged.</exception>
    public static ModelProto Read(string path)
    {
        ModelProto model;
        try
        {
            using var stream = File.OpenRead(path);
            model = ModelProto.Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new InvalidDataException($"{path} {Kind(path) ?? $"is not an ONNX file, or is damaged: {error.Message}"}", error);
        }

        return model.Graph is { Node.Count: > 0 }
            ? model
            : throw new InvalidDataException($"{path} {Kind(path) ?? "contains no graph of operators, so it is not an ONNX file"}");
    }

    /// <summary>The version of the operators, which <see cref="Oldest"/> and <see cref="Newest"/> bound.</summary>
    /// <exception cref="NotSupportedException">It is outside of these.</exception>
    public static int Opset(ModelProto model, string path)
    {
        var versions = model.OpsetImport.Where(entry => IsStandard(entry.Domain)).Select(entry => entry.Version).ToList();
        if (versions.Count == 0)
            throw new InvalidDataException($"{path} does not say which version of ONNX's operators (opset) it uses.");
        return versions.Max() is >= Oldest and <= Newest and var version
            ? (int)version
            : throw new NotSupportedException(FormattableString.Invariant($"{path} uses version {versions.Max()} of ONNX's operators (opset); {Oldest} to {Newest} are supported. Export it with one of these."));
    }

    public static bool IsStandard(string domain) => domain is "" or "ai.onnx";

    private static string? Kind(string path)
    {
        using var stream = File.OpenRead(path);
        var start = new byte[ForeignFile.Beginning];
        return ForeignFile.Describe(start.AsSpan(0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
    }
}
