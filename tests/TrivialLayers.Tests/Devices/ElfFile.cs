using System.Text;

namespace TrivialLayers.Tests;

/// <summary>
/// A small 64-bit ELF library with a dynamic section, made for tests. Addresses differ from file offsets, as in real ones.
/// </summary>
internal static class ElfFile
{
    private const long Base = 0x40_0000;

    /// <summary>A library that defines <paramref name="defined"/> and requires (library, version, flags) of others.</summary>
    public static byte[] Build(string[] defined, params (string Library, string Version, ushort Flags)[] required)
    {
        var file = new MemoryStream();
        var write = new BinaryWriter(file);
        var strings = new MemoryStream();
        strings.WriteByte(0);

        file.Position = 64 + 2 * 56;
        var needs = file.Position;
        var libraries = required.GroupBy(r => r.Library).ToArray();
        foreach (var (library, last) in libraries.Select((l, i) => (l, i == libraries.Length - 1)))
        {
            var versions = library.ToArray();
            write.Write((ushort)1);
            write.Write((ushort)versions.Length);
            write.Write(Text(strings, library.Key));
            write.Write(16);
            write.Write(last ? 0 : 16 + 16 * versions.Length);
            for (int i = 0; i < versions.Length; i++)
            {
                write.Write(Hash(versions[i].Version));
                write.Write(versions[i].Flags);
                write.Write((ushort)(i + 2));
                write.Write(Text(strings, versions[i].Version));
                write.Write(i == versions.Length - 1 ? 0 : 16);
            }
        }
        var definitions = file.Position;
        for (int i = 0; i < defined.Length; i++)
        {
            write.Write((ushort)1);
            write.Write((ushort)0);
            write.Write((ushort)(i + 1));
            write.Write((ushort)1);
            write.Write(Hash(defined[i]));
            write.Write(20);
            write.Write(i == defined.Length - 1 ? 0 : 28);
            write.Write(Text(strings, defined[i]));
            write.Write(0);
        }
        var table = file.Position;
        write.Write(strings.ToArray());
        var dynamic = file.Position;
        WriteDynamic(write, 5, table + Base);
        WriteDynamic(write, 10, strings.Length);
        if (libraries.Length > 0)
        {
            WriteDynamic(write, 0x6ffffffe, needs + Base);
            WriteDynamic(write, 0x6fffffff, libraries.Length);
        }
        if (defined.Length > 0)
        {
            WriteDynamic(write, 0x6ffffffc, definitions + Base);
            WriteDynamic(write, 0x6ffffffd, defined.Length);
        }
        WriteDynamic(write, 0, 0);
        WriteHeaders(write, dynamic);
        return file.ToArray();
    }

    private static void WriteHeaders(BinaryWriter write, long dynamic)
    {
        var length = write.BaseStream.Length;
        write.BaseStream.Position = 0;
        write.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]);
        write.BaseStream.Position = 32;
        write.Write(64L);
        write.BaseStream.Position = 54;
        write.Write((ushort)56);
        write.Write((ushort)2);
        foreach (var (type, offset) in new[] { (1, 0L), (2, dynamic) })
        {
            write.BaseStream.Position = type == 1 ? 64 : 64 + 56;
            write.Write(type);
            write.Write(6);
            write.Write(offset);
            write.Write(offset + Base);
            write.Write(offset + Base);
            write.Write(length - offset);
        }
    }

    private static void WriteDynamic(BinaryWriter write, long tag, long value)
    {
        write.Write(tag);
        write.Write(value);
    }

    private static int Text(MemoryStream strings, string text)
    {
        var index = (int)strings.Length;
        strings.Write(Encoding.ASCII.GetBytes(text + "\0"));
        return index;
    }

    private static uint Hash(string name) =>
        name.Aggregate(0u, (hash, c) =>
        {
            var next = (hash << 4) + c;
            var high = next & 0xf0000000;
            return (next ^ high >> 24) & ~high;
        });
}
