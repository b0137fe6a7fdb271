using System.Globalization;
using Onnx;

namespace TrivialLayers;

/// <summary>
/// Files beside a model in which its tensors lie. Nothing outside the model's folder is opened. At most twice as much is read as the files have, since a weight may have two names.
/// </summary>
internal sealed class ExternalData(string path)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
    private readonly Dictionary<string, long> _files = [];
    private long _taken;

    /// <summary>Opens the file in which a tensor lies, at its first byte.</summary>
    /// <exception cref="InvalidDataException">It lies outside the folder, or not whole in that file.</exception>
    public FileStream Open(TensorProto tensor, long expected)
    {
        var entries = tensor.ExternalData.GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Last().Value);
        var file = Inside(tensor, entries.GetValueOrDefault("location") ?? "");
        var offset = Number(tensor, entries, "offset", 0);
        var length = Number(tensor, entries, "length", expected);
        var stream = file.OpenRead();
        if (length != expected || offset > stream.Length || stream.Length - offset < length)
        {
            using (stream)
                throw Wrong(tensor, string.Create(CultureInfo.InvariantCulture, $"expected {expected} bytes in {file.Name} from offset {offset}; the model declares {length}, and the file has {stream.Length}"));
        }

        _files[file.FullName] = stream.Length;
        if ((_taken += length) > 2 * _files.Values.Sum())
        {
            using (stream)
                throw Wrong(tensor, $"together with the tensors before it, it reads more from {string.Join(", ", _files.Keys.Select(Path.GetFileName))} than these files contain");
        }

        stream.Position = offset;
        return stream;
    }

    private FileInfo Inside(TensorProto tensor, string location)
    {
        var isPlain = location.Length > 0 && !location.Contains('\0') && !Path.IsPathRooted(location) && !location.Split('/', '\\').Contains("..");
        var file = isPlain ? new FileInfo(Path.Combine(_folder, location)) : throw Wrong(tensor, $"its data are in '{location}'; only files in the model's own folder are opened");
        for (FileSystemInfo? step = file; step is not null && step.FullName.Length > _folder.Length; step = Directory.GetParent(step.FullName))
        {
            if (step.LinkTarget is not null)
                throw Wrong(tensor, $"its data are in '{location}', which is a link; only files in the model's own folder are opened");
        }

        return file.Exists ? file : throw Wrong(tensor, $"its data are in '{location}', which does not exist: keep that file beside the model");
    }

    private long Number(TensorProto tensor, Dictionary<string, string> entries, string key, long otherwise) =>
        !entries.TryGetValue(key, out var text) ? otherwise
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Wrong(tensor, $"its {key} in the external file is '{text}'; expected a number");

    /// <summary>What is wrong with a tensor.</summary>
    public InvalidDataException Wrong(TensorProto tensor, string what) => new($"{path}: tensor '{tensor.Name}': {what}.");
}
