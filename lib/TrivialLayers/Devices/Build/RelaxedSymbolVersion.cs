// Read by two compilers: by MSBuild, which builds the task at the end of this file against .NET Standard 2.0 (see
// Torch.targets), and by the tests, which know no MSBuild. The library itself does not compile it.
#nullable enable
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace TrivialLayers;

/// <summary>
/// Makes a shared library ask weakly for one symbol version, so that the loader takes it on a system whose library
/// lacks that version. A change of one 16-bit field; it is safe only when nothing calls the symbols of that version.
/// </summary>
public static class RelaxedSymbolVersion
{
    /// <summary>
    /// A copy of <paramref name="library"/> whose requirement of <paramref name="symbolVersion"/> from
    /// <paramref name="neededLibrary"/> is weak; null when the library does not strictly require it.
    /// </summary>
    /// <exception cref="InvalidDataException">The bytes are not a well-formed 64-bit little-endian ELF library.</exception>
    public static byte[]? Apply(byte[] library, string neededLibrary, string symbolVersion)
    {
        byte[]? relaxed = null;
        foreach (var requirement in new ElfSymbolVersions(library).Required())
        {
            if (requirement.Library != neededLibrary || requirement.Version != symbolVersion || requirement.IsWeak)
                continue;
            relaxed ??= (byte[])library.Clone();
            relaxed[requirement.FlagsOffset] |= RequiredVersion.Weak;
        }
        return relaxed;
    }
}

/// <summary>One version that a shared library requires of another.</summary>
public sealed class RequiredVersion
{
    /// <summary><c>VER_FLG_WEAK</c>: the loader warns of a missing version instead of failing.</summary>
    public const byte Weak = 2;

    internal RequiredVersion(string library, string version, bool isWeak, int flagsOffset)
    {
        Library = library;
        Version = version;
        IsWeak = isWeak;
        FlagsOffset = flagsOffset;
    }

    /// <summary>The library that has to define the version, such as <c>libstdc++.so.6</c>.</summary>
    public string Library { get; }

    /// <summary>The version, such as <c>GLIBCXX_3.4.32</c>.</summary>
    public string Version { get; }

    /// <summary>True when the version may be missing.</summary>
    public bool IsWeak { get; }

    internal int FlagsOffset { get; }
}

/// <summary>
/// The symbol versions of a 64-bit little-endian ELF library, found through its program headers and dynamic section
/// as the loader finds them (System V gABI; Linux Standard Base, "Symbol Versioning"). Every read is bounds-checked.
/// </summary>
public sealed class ElfSymbolVersions
{
    private const int SegmentLoad = 1, SegmentDynamic = 2;
    private const long StringTable = 5, StringTableSize = 10;
    private const long Definitions = 0x6ffffffc, DefinitionCount = 0x6ffffffd, Needs = 0x6ffffffe, NeedCount = 0x6fffffff;

    private readonly byte[] _file;
    private readonly List<(long Address, long Offset, long Size)> _segments = new List<(long, long, long)>();
    private readonly Dictionary<long, long> _dynamic = new Dictionary<long, long>();

    /// <summary>Reads the headers of <paramref name="file"/>.</summary>
    /// <exception cref="InvalidDataException">They are not those of a 64-bit little-endian ELF library.</exception>
    public ElfSymbolVersions(byte[] file)
    {
        _file = file ?? throw new ArgumentNullException(nameof(file));
        if (file.Length < 64 || file[0] != 0x7f || file[1] != 'E' || file[2] != 'L' || file[3] != 'F' || file[4] != 2 || file[5] != 1)
            throw new InvalidDataException("Not a 64-bit little-endian ELF file.");
        ReadSegments();
    }

    /// <summary>The versions this library requires of others.</summary>
    /// <exception cref="InvalidDataException">The version section is malformed.</exception>
    public IReadOnlyList<RequiredVersion> Required()
    {
        var required = new List<RequiredVersion>();
        foreach (var need in Chain(Needs, NeedCount, nextField: 12))
        {
            var library = Text(Word(need + 4));
            var entry = need + Word(need + 8);
            for (int left = Half(need + 2); left > 0; left--)
            {
                var version = Text(Word(entry + 8));
                if (Word(entry) != Hash(version))
                    throw new InvalidDataException($"The hash of the version '{version}' at offset {entry} is wrong.");
                required.Add(new RequiredVersion(library, version, (Half(entry + 4) & RequiredVersion.Weak) != 0, (int)entry + 4));
                entry = Next(entry, 12, left);
            }
        }
        return required;
    }

    /// <summary>The versions this library defines.</summary>
    /// <exception cref="InvalidDataException">The version section is malformed.</exception>
    public IReadOnlyList<string> Defined()
    {
        var defined = new List<string>();
        foreach (var definition in Chain(Definitions, DefinitionCount, nextField: 16))
            defined.Add(Text(Word(definition + Word(definition + 12))));
        return defined;
    }

    private void ReadSegments()
    {
        long headers = Long(32);
        int size = Half(54), count = Half(56);
        if (size < 56)
            throw new InvalidDataException($"Program headers of {size} bytes; expected 56.");
        (long Offset, long Size)? dynamic = null;
        for (int i = 0; i < count; i++)
        {
            long header = headers + (long)i * size;
            long type = Word(header), offset = Long(header + 8), address = Long(header + 16), length = Long(header + 32);
            if (type != SegmentLoad && type != SegmentDynamic)
                continue;
            if (offset < 0 || length < 0 || address < 0 || offset > _file.Length - length)
                throw new InvalidDataException($"Segment {i} (offset {offset}, {length} bytes) ends beyond the file of {_file.Length} bytes.");
            if (type == SegmentLoad)
                _segments.Add((address, offset, length));
            else
                dynamic = (offset, length);
        }
        if (dynamic == null)
            throw new InvalidDataException("No dynamic section: not a shared library.");
        for (long entry = dynamic.Value.Offset; entry + 16 <= dynamic.Value.Offset + dynamic.Value.Size && Long(entry) != 0; entry += 16)
            _dynamic[Long(entry)] = Long(entry + 8);
    }

    private IEnumerable<long> Chain(long tableTag, long countTag, int nextField)
    {
        if (!_dynamic.TryGetValue(tableTag, out long address))
            yield break;
        if (!_dynamic.TryGetValue(countTag, out long count))
            throw new InvalidDataException("A version section without its count.");
        var entry = FileOffset(address);
        for (; count > 0; count--)
        {
            yield return entry;
            entry = Next(entry, nextField, count);
        }
    }

    private long Next(long entry, int nextField, long left)
    {
        long step = Word(entry + nextField);
        if (step == 0 && left > 1)
            throw new InvalidDataException($"The version chain ends at offset {entry}, {left - 1} entries early.");
        return entry + step;
    }

    private long FileOffset(long address)
    {
        foreach (var segment in _segments)
        {
            if (address >= segment.Address && address - segment.Address < segment.Size)
                return address - segment.Address + segment.Offset;
        }
        throw new InvalidDataException($"Address 0x{address:x} lies in no segment of the file.");
    }

    private string Text(long index)
    {
        if (!_dynamic.TryGetValue(StringTable, out long address) || !_dynamic.TryGetValue(StringTableSize, out long size))
            throw new InvalidDataException("No string table.");
        long table = FileOffset(address);
        if (size < 0 || table > _file.Length - size || index >= size)
            throw new InvalidDataException($"String {index} lies beyond the string table of {size} bytes.");
        int start = (int)(table + index);
        int end = Array.IndexOf(_file, (byte)0, start, (int)(size - index));
        if (end < 0)
            throw new InvalidDataException($"String {index} does not end within the string table.");
        return Encoding.ASCII.GetString(_file, start, end - start);
    }

    private int Half(long offset) => _file[Checked(offset, 2)] | _file[offset + 1] << 8;

    private long Word(long offset)
    {
        Checked(offset, 4);
        return (uint)(_file[offset] | _file[offset + 1] << 8 | _file[offset + 2] << 16 | _file[offset + 3] << 24);
    }

    private long Long(long offset) => Word(offset) | Word(Checked(offset, 8) + 4) << 32;

    private long Checked(long offset, int length) => offset >= 0 && offset <= _file.Length - length
        ? offset
        : throw new InvalidDataException($"Offset {offset} lies beyond the file of {_file.Length} bytes.");

    // The hash of the System V gABI, "Hash Table Section".
    private static long Hash(string name)
    {
        uint hash = 0;
        foreach (char c in name)
        {
            hash = (hash << 4) + c;
            uint high = hash & 0xf0000000;
            hash = (hash ^ high >> 24) & ~high;
        }
        return hash;
    }
}

#if !NET
/// <summary>The build task: writes the relaxed copy when the system's library lacks the version.</summary>
public sealed class RelaxSymbolVersion : Microsoft.Build.Utilities.Task
{
    /// <summary>The library as its package has it; only read.</summary>
    [Microsoft.Build.Framework.Required]
    public string Source { get; set; } = "";

    /// <summary>The library of the system that should define the version, by the name it is asked for.</summary>
    [Microsoft.Build.Framework.Required]
    public string NeededLibrary { get; set; } = "";

    /// <summary>The version that the system may lack.</summary>
    [Microsoft.Build.Framework.Required]
    public string SymbolVersion { get; set; } = "";

    /// <summary>Where that library lies on this system; one that defines the version is enough.</summary>
    [Microsoft.Build.Framework.Required]
    public string[] SystemLibraries { get; set; } = Array.Empty<string>();

    /// <summary>The copy to write; deleted when none is needed.</summary>
    [Microsoft.Build.Framework.Required]
    public string Destination { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Destination)!);
            File.Delete(Destination);
            if (!SystemHasVersion())
                WriteRelaxedCopy();
        }
        catch (Exception e) when (e is IOException || e is InvalidDataException || e is UnauthorizedAccessException)
        {
            Log.LogError($"{Source} could not be fitted to this system's {NeededLibrary} ({string.Join(", ", SystemLibraries)}): {e.Message}");
        }
        return !Log.HasLoggedErrors;
    }

    private bool SystemHasVersion()
    {
        foreach (var library in SystemLibraries)
        {
            foreach (var version in new ElfSymbolVersions(File.ReadAllBytes(library)).Defined())
            {
                if (version == SymbolVersion)
                    return true;
            }
        }
        return false;
    }

    private void WriteRelaxedCopy()
    {
        var relaxed = RelaxedSymbolVersion.Apply(File.ReadAllBytes(Source), NeededLibrary, SymbolVersion);
        if (relaxed == null)
            return;
        var temporary = Destination + ".tmp";
        File.WriteAllBytes(temporary, relaxed);
        File.Move(temporary, Destination);
        Log.LogMessage(Microsoft.Build.Framework.MessageImportance.High,
            $"{Path.GetFileName(Source)} requires {SymbolVersion}, which {string.Join(", ", SystemLibraries)} does not have. "
            + $"This build uses a copy that requires it only weakly; the package is untouched. ({Destination})");
    }
}
#endif
