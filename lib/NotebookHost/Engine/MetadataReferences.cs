using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace NotebookHost.Engine;

/// <summary>One compiler reference for each file, so that a type is the same type in every cell.</summary>
internal static class MetadataReferences
{
    private static readonly ConcurrentDictionary<string, PortableExecutableReference> ByPath = new(StringComparer.Ordinal);

    /// <summary>The reference to an assembly file; its content is read when the compiler first needs it.</summary>
    public static PortableExecutableReference FromFile(string path) =>
        ByPath.GetOrAdd(path, static path => AssemblyMetadata.CreateFromFile(path).GetReference(filePath: path));
}
