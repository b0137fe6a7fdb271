using System.Text;
using System.Text.RegularExpressions;

namespace TrivialLayers;

/// <summary>Files that people have under the name of a safetensors file, known by their first bytes.</summary>
internal static partial class ForeignFile
{
    /// <summary>Enough of a file's beginning to know it by.</summary>
    public const int Beginning = 512;

    private const int Shown = 60;

    /// <summary>What a file is and what to do about it, as the rest of a sentence; null when nothing is known.</summary>
    /// <param name="start">The first <see cref="Beginning"/> bytes of the file, or all where it has fewer.</param>
    public static string? Describe(ReadOnlySpan<byte> start)
    {
        const string convert = "Such files may contain code and are not read; convert it in Python: "
            + "safetensors.torch.save_file(torch.load('….pth', weights_only=True), '….safetensors').";
        if (start.StartsWith("version https://git-lfs"u8))
        {
            var size = SizeInPointer().Match(Encoding.UTF8.GetString(start));
            return $"is a Git LFS pointer to a file{(size.Success ? $" of {size.Groups[1].Value} bytes" : "")} that is not here: "
                + "in its repository call git lfs pull, or download the file itself.";
        }

        if (start.StartsWith("PK\u0003\u0004"u8))
            return $"is a zip archive, as PyTorch's .pth and .pt files are. {convert}";
        if (start.Length > 1 && start[0] == 0x80 && start[1] is >= 2 and <= 5)
            return $"is a Python pickle, as PyTorch's older .pth and .pt files are. {convert}";
        if (start.Length > 1 && start[0] == 0x1F && start[1] == 0x8B)
            return "is compressed with gzip: unpack it.";
        if (IsTorchSharps(start))
            return "is a file that TorchSharp's Module.save wrote: read it with the network's own load(…), then keep it with Weights.Save(…).";
        if (Text(start) is not { } text)
            return null;
        return text.StartsWith('<')
            ? "is a web page: download the file itself (at Hugging Face the address with 'resolve', not 'blob'), logged in if that is required."
            : $"is text that begins with \"{text[..Math.Min(text.Length, Shown)]}\": download the file itself.";
    }

    /// <summary>The number of tensors, then of each the name, the number type, the number of dimensions and more; numbers in groups of seven bits.</summary>
    private static bool IsTorchSharps(ReadOnlySpan<byte> start)
    {
        using var reader = new BinaryReader(new MemoryStream(start.ToArray()));
        try
        {
            return reader.Read7BitEncodedInt() > 0 && NameOfTensor().IsMatch(reader.ReadString())
                && reader.Read7BitEncodedInt() is >= 0 and < 32 && reader.Read7BitEncodedInt() is >= 0 and < 16;
        }
        catch (Exception error) when (error is IOException or FormatException)
        {
            return false;
        }
    }

    /// <summary>The beginning in one line, or null where it is not text.</summary>
    private static string? Text(ReadOnlySpan<byte> start)
    {
        var text = Encoding.UTF8.GetString(start).TrimStart('\uFEFF').TrimEnd('\uFFFD');
        var isText = text.Length > 0 && text.All(letter => letter != '\uFFFD' && (!char.IsControl(letter) || char.IsWhiteSpace(letter)));
        return isText ? Spaces().Replace(text, " ").Trim() : null;
    }

    [GeneratedRegex(@"\nsize (\d+)\n")]
    private static partial Regex SizeInPointer();

    [GeneratedRegex(@"^[\w.]+$")]
    private static partial Regex NameOfTensor();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
