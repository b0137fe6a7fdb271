using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace NotebookHost.Engine;

/// <summary>One compiler reference for each file, so that a type is the same type in every cell.</summary>
internal static class MetadataReferences
{
    private static readonly ConcurrentDictionary<string, PortableExecutableReference> ByPath = new(StringComparer.Ordinal);

    /// <summary>The reference to an assembly file; its content is read when the compiler first needs it.</summary>
    public static PortableExecutableReference FromFile(string path) =>
        ByPath.GetOrAdd(path, static path => AssemblyMetadata.CreateFromFile(path).GetReference(Documentation(path), filePath: path));

    /// <summary>The XML file beside the assembly; for the framework the one that the SDK brings, if it is there.</summary>
    private static XmlDocumentationProvider? Documentation(string path)
    {
        var file = Path.ChangeExtension(path, ".xml");
        if (!File.Exists(file))
            file = FrameworkAssemblies.DocumentationOf(path);
        return file is null ? null : XmlDocumentationProvider.CreateFromFile(file);
    }
}
