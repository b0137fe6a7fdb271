using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;

namespace NotebookHost.Engine;

/// <summary>The .NET framework that the host runs on, as cells are compiled against it.</summary>
internal static class FrameworkAssemblies
{
    private static readonly Lazy<Dictionary<string, string>> Paths = new(FindPaths);

    /// <summary>One reference for each assembly of the framework.</summary>
    public static IEnumerable<PortableExecutableReference> References => Paths.Value.Values.Select(path => MetadataReferences.FromFile(path));

    /// <summary>The framework's assembly of that simple name, or <c>null</c>.</summary>
    public static string? Find(string simpleName) => Paths.Value.GetValueOrDefault(simpleName);

    /// <summary>Whether the framework has this assembly in the same or a newer version, which then replaces the file.</summary>
    public static bool Supersede(string path) =>
        Find(Path.GetFileNameWithoutExtension(path)) is { } own
        && AssemblyName.GetAssemblyName(own).Version >= AssemblyName.GetAssemblyName(path).Version;

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
