using System.Buffers.Binary;
using System.IO.Compression;
using ICSharpCode.SharpZipLib.Checksum;

namespace TrivialLayers;

/// <summary>
/// The IDX layout of MNIST and Fashion-MNIST (http://yann.lecun.com/exdb/mnist/): a magic number 0x0000080d for unsigned
/// bytes in d dimensions, d sizes, all big-endian 32-bit numbers, then the bytes; plain, or as one gzip member.
/// </summary>
internal static class IdxFile
{
    // RFC 1952: a header of 10 bytes plus optional name, comment and extra field, a trailer of CRC-32 and length.
    private const int GzipTrailer = 8, GzipHeaderAllowance = 1 << 17;

    public static int HeaderLength(int dimensions) => 4 + 4 * dimensions;

    /// <summary>Reads and checks a file that must have exactly these sizes; a name ending in ".gz" is decompressed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sizes">The sizes that must stand in its header.</param>
    /// <param name="sha256">The checksum of the (decompressed) contents, or null where none is known.</param>
    /// <returns>The contents; the data start at <see cref="HeaderLength"/>.</returns>
    /// <exception cref="InvalidDataException">Magic number, sizes, length, compression or checksum are not as expected.</exception>
    public static byte[] Read(string path, ReadOnlySpan<int> sizes, string? sha256)
    {
        var header = Header(sizes);
        var length = header.Length;
        var data = 1L;
        foreach (var size in sizes)
            data = checked(data * size);
        length = checked((int)(length + data));

        var contents = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? ReadGzip(path, header, length)
            : DamagedFile.ReadExactly(path, length);
        CheckHeader(path, header, contents);
        DamagedFile.CheckSum(path, sha256, contents);
        return contents;
    }

    /// <summary>Refuses the first label that no class has.</summary>
    public static void CheckLabels(string path, ReadOnlySpan<byte> contents, int classes)
    {
        var start = HeaderLength(1);
        for (var i = start; i < contents.Length; i++)
            if (contents[i] >= classes)
                throw DamagedFile.Error(path, $"record {i - start} (offset {i})", $"a label from 0 to {classes - 1}", $"{contents[i]}");
    }

    /// <summary>The header of unsigned bytes in these sizes.</summary>
    public static byte[] Header(ReadOnlySpan<int> sizes)
    {
        var header = new byte[HeaderLength(sizes.Length)];
        BinaryPrimitives.WriteInt32BigEndian(header, 0x0800 | sizes.Length);
        for (var d = 0; d < sizes.Length; d++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * d), sizes[d]);
        return header;
    }

    private static void CheckHeader(string path, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> found)
    {
        for (var offset = 0; offset < expected.Length; offset += 4)
        {
            var want = BinaryPrimitives.ReadInt32BigEndian(expected[offset..]);
            var have = BinaryPrimitives.ReadInt32BigEndian(found[offset..]);
            if (want != have)
                throw offset == 0
                    ? DamagedFile.Error(path, "offset 0", $"the magic number 0x{want:x8}", $"0x{have:x8}")
                    : DamagedFile.Error(path, $"offset {offset}", $"size {want} of dimension {offset / 4 - 1}", $"{have}");
        }
    }

    private static byte[] ReadGzip(string path, byte[] header, int length)
    {
        using var file = File.OpenRead(path);
        // Incompressible data grow by 5 bytes in 16 kB; more than that is not this file, whatever it unpacks to.
        var longest = length + length / 1024L + GzipHeaderAllowance;
        if (file.Length > longest)
            throw DamagedFile.Error(path, "end of file", $"at most {longest} bytes of gzip", $"{file.Length} bytes");

        Span<byte> trailer = stackalloc byte[GzipTrailer];
        Span<byte> magic = stackalloc byte[2];
        if (file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) < 2 || magic[0] != 0x1f || magic[1] != 0x8b)
            throw DamagedFile.Error(path, "offset 0", "the gzip magic number 1f 8b", file.Length < 2 ? "the end of the file" : Convert.ToHexStringLower(magic));
        file.Position = Math.Max(0, file.Length - GzipTrailer);
        file.ReadAtLeast(trailer, GzipTrailer, throwOnEndOfStream: false);
        file.Position = 0;

        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        var start = new byte[header.Length];
        Fill(path, gzip, start, 0);
        CheckHeader(path, header, start); // only now is the promised size believed and allocated
        var contents = GC.AllocateUninitializedArray<byte>(length);
        start.CopyTo(contents, 0);
        Fill(path, gzip, contents.AsSpan(start.Length), start.Length);
        CheckEnd(path, gzip, contents, trailer);
        return contents;
    }

    private static void CheckEnd(string path, GZipStream gzip, byte[] contents, ReadOnlySpan<byte> trailer)
    {
        Span<byte> beyond = stackalloc byte[1];
        if (Read(path, gzip, beyond, contents.Length) != 0)
            throw DamagedFile.Error(path, $"decompressed offset {contents.Length}", $"the end of the data after {contents.Length} bytes", "more data");
        // The file must end with the trailer of just these contents: nothing appended, no second member, nothing cut.
        var crc = new Crc32();
        crc.Update(contents);
        var sum = (uint)crc.Value;
        var (foundSum, foundLength) = (BinaryPrimitives.ReadUInt32LittleEndian(trailer), BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]));
        if (foundSum != sum || foundLength != (uint)contents.Length)
            throw DamagedFile.Error(path, $"last {GzipTrailer} bytes", $"CRC-32 {sum:x8} and length {contents.Length} of the contents", $"{foundSum:x8} and {foundLength}");
    }

    private static void Fill(string path, GZipStream gzip, Span<byte> target, int offset)
    {
        while (target.Length > 0)
        {
            var read = Read(path, gzip, target, offset);
            if (read == 0)
                throw DamagedFile.Error(path, $"decompressed offset {offset}", $"{target.Length} more bytes", "the end of the data");
            offset += read;
            target = target[read..];
        }
    }

    private static int Read(string path, GZipStream gzip, Span<byte> target, int offset)
    {
        try
        {
            return gzip.Read(target);
        }
        catch (InvalidDataException error)
        {
            throw DamagedFile.Error(path, $"after {offset} decompressed bytes", "gzip data", $"\"{error.Message}\"", error);
        }
    }
}
