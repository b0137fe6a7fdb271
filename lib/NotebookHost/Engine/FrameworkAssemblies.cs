using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;

namespace NotebookHost.Engine;

/// <summary>The .NET framework that the host runs on, as cells are compiled against it.</summary>
internal static class FrameworkAssemblies
{
    private static readonly Lazy<Dictionary<string, string>> Paths = new(FindPaths);
    private static readonly Lazy<string?> ReferencePack = new(FindReferencePack);

    /// <summary>One reference for each assembly of the framework.</summary>
    public static IEnumerable<PortableExecutableReference> References => Paths.Value.Values.Select(path => MetadataReferences.FromFile(path));

    /// <summary>The framework's assembly of that simple name, or <c>null</c>.</summary>
    public static string? Find(string simpleName) => Paths.Value.GetValueOrDefault(simpleName);

    /// <summary>Whether the framework has this assembly in the same or a newer version, which then replaces the file.</summary>
    public static bool Supersede(string path) =>
        Find(Path.GetFileNameWithoutExtension(path)) is { } own
        && AssemblyName.GetAssemblyName(own).Version >= AssemblyName.GetAssemblyName(path).Version;

    /// <summary>The SDK's documentation of a framework's assembly, or <c>null</c>. The core library is described under the name by which programs refer to it.</summary>
    public static string? DocumentationOf(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (Find(name) != path || ReferencePack.Value is not { } pack)
            return null;
        var file = Path.Combine(pack, (name == "System.Private.CoreLib" ? "System.Runtime" : name) + ".xml");
        return File.Exists(file) ? file : null;
    }

    private static string? FindReferencePack()
    {
        var packs = Path.Combine(Path.GetDirectoryName(DotNet.Command)!, "packs", "Microsoft.NETCore.App.Ref");
        return Directory.Exists(packs)
            ? Directory.GetDirectories(packs, $"{Environment.Version.Major}.*").Select(version => Path.Combine(version, "ref", $"net{Environment.Version.Major}.0")).FirstOrDefault(Directory.Exists)
            : null;
    }

    private static Dictionary<string, string> FindPaths()
    {
        var folder = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());
        var trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        return trusted.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(path => Path.GetDirectoryName(path) == folder)
            .Distinct() // the runtime names its core library twice
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), StringComparer.OrdinalIgnoreCase);
    }
}
