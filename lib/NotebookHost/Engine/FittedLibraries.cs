using System.Security.Cryptography;
using System.Text;
using TrivialLayers;

namespace NotebookHost.Engine;

/// <summary>
/// Native libraries of packages on a Linux whose C++ library is older than theirs. One version of libstdc++ has nothing but a marker that nobody calls: a
/// library that lacks only this one is copied with a weak requirement, as the build of this repository does with libLibTorchSharp.so. Others cannot be loaded, and are
/// refused before anything tries.
/// </summary>
internal static class FittedLibraries
{
    private const string CppLibrary = "libstdc++.so.6";
    private const string MarkerVersion = "GLIBCXX_3.4.32";

    /// <summary>The libraries that need a recent C++ library are small; the rest of a package may be half a gigabyte.</summary>
    private const long LargestChecked = 64 << 20;

    /// <summary>The same libraries, or where one must be changed a folder with links to all and the changed copy.</summary>
    /// <param name="libraries">The files as their packages have them; only read.</param>
    /// <param name="cache">Where copies are kept.</param>
    /// <exception cref="DirectiveException">One of them cannot be loaded on this system.</exception>
    public static IReadOnlyList<string> Fit(IReadOnlyList<string> libraries, string cache) =>
        OperatingSystem.IsLinux() && SystemLibrary() is { } system ? Fit(libraries, cache, system) : libraries;

    /// <summary>The same for a C++ library that is named.</summary>
    public static IReadOnlyList<string> Fit(IReadOnlyList<string> libraries, string cache, string system)
    {
        var offered = new ElfSymbolVersions(File.ReadAllBytes(system)).Defined().ToHashSet();
        var lacking = libraries.Select(path => (Path: path, Versions: Lacking(path, offered))).Where(library => library.Versions.Count > 0).ToList();
        foreach (var (path, versions) in lacking.Where(library => library.Versions.Any(version => version != MarkerVersion)))
        {
            throw new DirectiveException($"{Path.GetFileName(path)} requires {string.Join(", ", versions)}, "
                + $"which this system's C++ library ({system}) does not have. Use a newer system, or an older version of the package.");
        }
        return lacking.Count == 0 ? libraries : Copy(libraries, [.. lacking.Select(library => library.Path)], cache);
    }

    private static List<string> Copy(IReadOnlyList<string> libraries, HashSet<string> relaxed, string cache)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', libraries))))[..16];
        var folder = Directory.CreateDirectory(Path.Combine(cache, key)).FullName;
        var copies = new List<string>();
        foreach (var library in libraries)
        {
            var copy = Path.Combine(folder, Path.GetFileName(library));
            copies.Add(copy);
            if (File.Exists(copy))
                continue;
            if (!relaxed.Contains(library))
            {
                File.CreateSymbolicLink(copy, library);
                continue;
            }
            var temporary = Path.Combine(folder, Path.GetRandomFileName());
            File.WriteAllBytes(temporary, RelaxedSymbolVersion.Apply(File.ReadAllBytes(library), CppLibrary, MarkerVersion)!);
            File.Move(temporary, copy, overwrite: true);
        }
        return copies;
    }

    private static List<string> Lacking(string path, HashSet<string> offered)
    {
        if (!Path.GetFileName(path).Contains(".so", StringComparison.Ordinal) || new FileInfo(path).Length > LargestChecked)
            return [];
        try
        {
            return
            [
                .. from required in new ElfSymbolVersions(File.ReadAllBytes(path)).Required()
                   where required.Library == CppLibrary && !required.IsWeak && !offered.Contains(required.Version)
                   select required.Version,
            ];
        }
        catch (InvalidDataException)
        {
            return []; // not for this kind of system, or whatever it is: the loader will say
        }
    }

    /// <summary>The C++ library of this process, which the runtime has loaded.</summary>
    private static string? SystemLibrary() =>
        (from line in File.ReadLines("/proc/self/maps")
         let at = line.IndexOf('/', StringComparison.Ordinal)
         where at >= 0 && Path.GetFileName(line[at..]).StartsWith("libstdc++.so", StringComparison.Ordinal)
         select line[at..]).FirstOrDefault(File.Exists);
}
