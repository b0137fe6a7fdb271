using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Publishing;

/// <summary>
/// The pictures that a notebook's text names: attachments of its cells, and files beside it. A page holds them itself, so that it
/// needs no other file. Nothing outside the notebook's folder is read, and nothing that is not a picture by its content.
/// </summary>
/// <param name="folder">The notebook's folder, or null when there is none.</param>
internal sealed class NotebookPictures(string? folder)
{
    /// <summary>A larger picture is not put into a page.</summary>
    public const int Largest = 10 << 20;

    /// <summary>All pictures of a page together are not larger.</summary>
    public const int LargestSum = 50 << 20;

    private const string Attachment = "attachment:";

    private readonly string? _folder = folder is null ? null : RealPath.Of(folder);
    private readonly string _mark = $"data:,{Guid.NewGuid():n}-";
    private readonly List<string> _found = [];
    private int _sum;

    /// <summary>An address that stands for a picture until <see cref="Fill"/>, as long ones are slow to handle; or why there is none.</summary>
    public (string? Address, string Reason) Find(string address, JsonObject? attachments)
    {
        try
        {
            var (type, bytes) = address.StartsWith(Attachment, StringComparison.OrdinalIgnoreCase)
                ? Attached(address[Attachment.Length..], attachments)
                : Read(address);
            if (bytes.Length > Largest)
                throw new InvalidDataException($"larger than {Largest >> 20} MB");
            if (bytes.Length > LargestSum - _sum)
                throw new InvalidDataException($"the pictures of this page are larger than {LargestSum >> 20} MB together");
            _sum += bytes.Length;
            _found.Add($"data:{type};base64,{Convert.ToBase64String(bytes)}");
            return ($"{_mark}{_found.Count - 1};", "");
        }
        catch (InvalidDataException e)
        {
            return (null, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, "its file cannot be read");
        }
    }

    /// <summary>The HTML with the pictures in it.</summary>
    public string Fill(string html)
    {
        if (_found.Count == 0)
            return html;
        var filled = new StringBuilder();
        var at = 0;
        for (int next; (next = html.IndexOf(_mark, at, StringComparison.Ordinal)) >= 0;)
        {
            var number = next + _mark.Length;
            var end = html.IndexOf(';', number);
            filled.Append(html, at, next - at).Append(_found[int.Parse(html.AsSpan(number, end - number), CultureInfo.InvariantCulture)]);
            at = end + 1;
        }

        return filled.Append(html, at, html.Length - at).ToString();
    }

    private static (string Type, byte[] Bytes) Attached(string name, JsonObject? attachments)
    {
        var bundle = (attachments?[name] ?? attachments?[Uri.UnescapeDataString(name)]) as JsonObject
            ?? throw new InvalidDataException("the cell has no such attachment");
        foreach (var (_, content) in bundle)
        {
            if (MultilineText.TryJoin(content) is not { } text)
                continue;
            var bytes = Bytes(text);
            if (TypeOf(bytes) is { } type)
                return (type, bytes);
        }

        throw new InvalidDataException("its attachment is not a picture that browsers show");
    }

    /// <summary>Base64 with line ends and without padding too; a picture in SVG may be stored as text.</summary>
    private static byte[] Bytes(string text)
    {
        var base64 = string.Concat(text.Where(c => !char.IsWhiteSpace(c))).TrimEnd('=');
        var bytes = new byte[base64.Length];
        var isBase64 = Convert.TryFromBase64String(base64.PadRight((base64.Length + 3) & ~3, '='), bytes, out var length);
        return isBase64 ? bytes[..length] : Encoding.UTF8.GetBytes(text);
    }

    private (string Type, byte[] Bytes) Read(string address)
    {
        if (_folder is null)
            throw new InvalidDataException("a file beside the notebook, whose folder is not known");
        var path = Inside(Uri.UnescapeDataString(address.Split('?', '#')[0]))
            ?? Inside(address)
            ?? throw new InvalidDataException("there is no such file beside the notebook");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[Math.Min(file.Length, Largest + 1)];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return (TypeOf(bytes.AsSpan(0, length)) ?? throw new InvalidDataException("its file is not a picture that browsers show"), bytes[..length]);
    }

    /// <summary>The file of that name in the notebook's folder or below, or null when there is none.</summary>
    /// <exception cref="InvalidDataException">The name leads out of the folder.</exception>
    private string? Inside(string name)
    {
        if (name.Length == 0 || name.Contains('\0'))
            return null;
        var path = Path.GetFullPath(name, _folder!);
        if (!File.Exists(path) && name.Contains('\\'))
            path = Path.GetFullPath(name.Replace('\\', '/'), _folder!);
        if (!IsBelow(path) || (File.Exists(path) && !IsBelow(path = RealPath.Of(path))))
            throw new InvalidDataException("its file is not in the notebook's folder");
        return File.Exists(path) && new FileInfo(path).Length > 0 ? path : null; // a pipe has no length, and reading it would not end
    }

    private bool IsBelow(string path) => path.StartsWith(Path.TrimEndingDirectorySeparator(_folder!) + Path.DirectorySeparatorChar, RealPath.Comparison);

    /// <summary>The type of a picture by its first bytes, as browsers tell it, or null for anything else.</summary>
    private static string? TypeOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']))
            return "image/png";
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return "image/jpeg";
        if (bytes.StartsWith("GIF8"u8))
            return "image/gif";
        if (bytes.StartsWith("BM"u8))
            return "image/bmp";
        if (bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8))
            return "image/webp";
        if (bytes.Length > 12 && bytes[4..8].SequenceEqual("ftyp"u8) && bytes[8..11].SequenceEqual("avi"u8))
            return "image/avif";
        var beginning = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 4096)]).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        var isSvg = beginning.StartsWith('<') && beginning.Contains("<svg", StringComparison.Ordinal);
        return isSvg && !beginning.Contains("<html", StringComparison.OrdinalIgnoreCase) ? "image/svg+xml" : null;
    }
}
