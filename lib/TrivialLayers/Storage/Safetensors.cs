using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// The safetensors format (Hugging Face, version 0.6): eight bytes of header length, a JSON header, the tensors' bytes. Reading checks every number of the
/// header against the file before a tensor is made; nothing in a file is executed. What is written here carries a SHA-256 of its contents among its metadata,
/// which the format leaves to the writer; a file that has one is compared with it.
/// </summary>
public static class Safetensors
{
    private const int LargestHeader = 100_000_000;
    private const string ChecksumKey = "trivial-layers.sha256";

    /// <summary>The checksum's name in files that this library wrote before; others give it to hashes of their own.</summary>
    private const string FormerChecksumKey = "sha256";

    private static readonly Dictionary<string, ScalarType> Types = new()
    {
        ["F32"] = ScalarType.Float32, ["F64"] = ScalarType.Float64, ["F16"] = ScalarType.Float16, ["BF16"] = ScalarType.BFloat16,
        ["I64"] = ScalarType.Int64, ["I32"] = ScalarType.Int32, ["I16"] = ScalarType.Int16, ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte, ["BOOL"] = ScalarType.Bool,
    };

    /// <summary>Bits of an element of each type in the format.</summary>
    private static readonly Dictionary<string, int> Bits = new()
    {
        ["F64"] = 64, ["I64"] = 64, ["U64"] = 64, ["C64"] = 64, ["F32"] = 32, ["I32"] = 32, ["U32"] = 32,
        ["F16"] = 16, ["BF16"] = 16, ["I16"] = 16, ["U16"] = 16, ["I8"] = 8, ["U8"] = 8, ["BOOL"] = 8,
        ["F8_E4M3"] = 8, ["F8_E5M2"] = 8, ["F8_E8M0"] = 8, ["F8_E4M3FNUZ"] = 8, ["F8_E5M2FNUZ"] = 8,
        ["F6_E2M3"] = 6, ["F6_E3M2"] = 6, ["F4"] = 4,
    };

    /// <summary>The element types that are read.</summary>
    internal static IReadOnlyCollection<string> ReadTypes => Types.Keys;

    /// <summary>Writes tensors in the given order, the header padded so that the data starts at a multiple of eight bytes.</summary>
    /// <param name="stream">Where to; not closed.</param>
    /// <param name="tensors">Tensors by name, on any device, of any layout.</param>
    /// <param name="metadata">Text by name, or null. The name <c>trivial-layers.sha256</c> is taken.</param>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var scope = NewDisposeScope();
        var entries = tensors.Select(entry => (Name: entry.Key, Values: entry.Value.detach().cpu().contiguous())).ToList();
        var described = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>());
        described.Add(ChecksumKey, Checksum(entries, described));
        var header = Header(entries, described);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var (_, values) in entries)
        {
            if (values.numel() > 0)
                stream.Write(values.bytes);
        }
    }

    /// <summary>Reads a whole file. Tensors of element types that are not read are passed over and named.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensors, for the caller to dispose, and the metadata.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is not as the format says, or not as its checksum says; the message names the file, what was found and what was expected.
    /// </exception>
    public static SafetensorsContents Read(string path)
    {
        using var stream = File.OpenRead(path);
        var (entries, metadata, header) = ReadHeader(stream, path);
        var tensors = new Dictionary<string, Tensor>();
        try
        {
            foreach (var entry in entries)
            {
                if (entry.Type is not { } type)
                    continue;
                var tensor = empty(entry.Shape, dtype: type);
                tensors.Add(entry.Name, tensor);
                if (tensor.numel() == 0)
                    continue;
                stream.Position = 8 + header.Length + entry.Begin;
                stream.ReadExactly(tensor.bytes);
            }

            CheckContents(path, header, entries, tensors, metadata);
        }
        catch
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            throw;
        }

        return new SafetensorsContents(tensors, metadata, entries.Where(entry => entry.Type is null).ToDictionary(entry => entry.Name, entry => entry.Kind));
    }

    /// <summary>Compares the contents with our own checksum, and takes that out of the metadata.</summary>
    private static void CheckContents(
        string path, byte[] header, List<Entry> entries, Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata)
    {
        var isMarked = metadata.TryGetValue(ChecksumKey, out var expected);
        if (!isMarked && !metadata.TryGetValue(FormerChecksumKey, out expected))
            return;
        var others = metadata.Where(entry => entry.Key != (isMarked ? ChecksumKey : FormerChecksumKey)).ToDictionary();
        var found = Checksum(tensors.Select(entry => (entry.Key, entry.Value)), others);
        if (found != expected && !isMarked && !IsOurs(header, entries, tensors, metadata))
            return;
        if (found != expected)
            throw new InvalidDataException($"{path} is damaged: its contents have the SHA-256 {found}; it records {expected}.");
        metadata.Remove(isMarked ? ChecksumKey : FormerChecksumKey);
    }

    /// <summary>Whether a header is written as we write it, to the byte, and not in the order of Python's library: by element type, then by name.</summary>
    private static bool IsOurs(byte[] header, List<Entry> entries, Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata) =>
        tensors.Count == entries.Count
        && header.AsSpan().SequenceEqual(Header([.. tensors.Select(entry => (entry.Key, entry.Value))], metadata))
        && !entries.GroupBy(entry => entry.Kind).SelectMany(kind => kind.OrderBy(entry => entry.Name, StringComparer.Ordinal)).SequenceEqual(entries);

    /// <summary>
    /// SHA-256 over everything but the checksum itself: metadata by name, then each tensor's type, shape, name and bytes in the order of the file.
    /// </summary>
    private static string Checksum(IEnumerable<(string Name, Tensor Values)> tensors, Dictionary<string, string> metadata)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes($"{text.Length}:{text}\n"));
        foreach (var (name, text) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Add(name);
            Add(text);
        }

        foreach (var (name, values) in tensors)
        {
            Add($"{name} {values.dtype} [{string.Join(", ", values.shape)}]");
            if (values.numel() > 0)
                hash.AppendData(values.bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A tensor as the header describes it: its element type in the format's word, and its place in the data.</summary>
    private sealed record Entry(string Name, string Kind, long[] Shape, long Begin, long End)
    {
        /// <summary>The element type, or null for one that is not read.</summary>
        public ScalarType? Type => Types.TryGetValue(Kind, out var type) ? type : null;
    }

    private static byte[] Header(List<(string Name, Tensor Values)> entries, Dictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (name, text) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                json.WriteString(name, text);
            json.WriteEndObject();

            var offset = 0L;
            foreach (var (name, values) in entries)
            {
                var size = values.numel() * values.element_size();
                json.WriteStartObject(name);
                json.WriteString("dtype", Types.Single(type => type.Value == values.dtype).Key);
                json.WriteStartArray("shape");
                foreach (var dimension in values.shape)
                    json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += size);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static (List<Entry> Entries, Dictionary<string, string> Metadata, byte[] Header) ReadHeader(FileStream stream, string path)
    {
        InvalidDataException Wrong(string what, Exception? inner = null) => new($"{path} is not a safetensors file: {what}", inner);
        InvalidDataException CutShort(string what) => new($"{path} is cut short or still downloading: {what}. Download or copy it again.");

        var start = new byte[ForeignFile.Beginning];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        var length = start.Length < 8 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(start);
        var hasHeader = length >= 2 && length <= LargestHeader && length <= stream.Length - 8;
        var isOfFormat = start.Length > 8 && start[8] == '{' && BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(4)) == 0; // though it may be cut
        if (!isOfFormat && ForeignFile.Describe(start) is { } foreign)
            throw Wrong($"it {foreign}");
        if (start.Length < 8)
            throw Wrong($"it has {stream.Length} bytes; the header length alone needs 8.");
        if (!hasHeader)
        {
            var claim = $"its header claims {length} bytes; the file has {stream.Length - 8} after the length";
            throw isOfFormat && length is >= 2 and <= LargestHeader ? CutShort(claim) : Wrong($"{claim}.");
        }

        var header = new byte[length];
        stream.Position = 8;
        stream.ReadExactly(header);

        var entries = new List<Entry>();
        var metadata = new Dictionary<string, string>();
        try
        {
            using var document = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    foreach (var entry in property.Value.EnumerateObject())
                        metadata[entry.Name] = entry.Value.GetString() ?? throw Wrong($"the metadata '{entry.Name}' is not text.");
                }
                else
                {
                    entries.Add(ReadEntry(property, Wrong));
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Wrong($"its header cannot be read: {error.Message}", error);
        }

        var (end, available) = (entries.Select(entry => entry.End).DefaultIfEmpty().Max(), stream.Length - 8 - length);
        CheckLayout(entries, end, Wrong); // first: a damaged header may promise anything
        if (end > available)
            throw CutShort($"its header promises {8 + (Int128)length + end} bytes; the file has {stream.Length}");
        if (end < available)
            throw Wrong($"its tensors end at byte {end} of the data; the file has {available}.");
        return (entries, metadata, header);
    }

    private static Entry ReadEntry(JsonProperty property, Func<string, Exception?, InvalidDataException> wrong)
    {
        var kind = property.Value.GetProperty("dtype").GetString() ?? "";
        var shape = property.Value.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64()).ToArray();
        var offsets = property.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0])
            throw wrong($"'{property.Name}' has the offsets [{string.Join(", ", offsets)}]; expected a begin and an end.", null);
        return new Entry(property.Name, kind, shape, offsets[0], offsets[1]);
    }

    /// <summary>The tensors cover the data up to its promised end without hole or overlap, and each has as many bytes as its shape asks for.</summary>
    private static void CheckLayout(List<Entry> entries, long end, Func<string, Exception?, InvalidDataException> wrong)
    {
        if (entries.GroupBy(entry => entry.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw wrong($"'{twice.Key}' is there twice.", null);
        var next = 0L;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            // Also an empty tensor has strides, so that no product of its other dimensions may overflow in libtorch.
            var (size, strides) = ((Int128)Bits.GetValueOrDefault(entry.Kind), (Int128)1);
            foreach (var dimension in entry.Shape)
            {
                if (dimension < 0 || (size *= dimension) > 8 * (Int128)end || (strides *= Math.Max(dimension, 1)) > int.MaxValue * 1024L)
                    throw wrong($"'{entry.Name}' has the shape [{string.Join(", ", entry.Shape)}], more than the {end} bytes of data.", null);
            }

            var bytes = entry.End - entry.Begin;
            if (Bits.ContainsKey(entry.Kind) && size != 8 * (Int128)bytes)
                throw wrong(FormattableString.Invariant($"'{entry.Name}' has {bytes} bytes; its shape [{string.Join(", ", entry.Shape)}] of {entry.Kind} needs {(decimal)size / 8}."), null);
            if (entry.Begin != next)
                throw wrong($"'{entry.Name}' begins at {entry.Begin}; expected {next}.", null);
            next = entry.End;
        }
    }
}
