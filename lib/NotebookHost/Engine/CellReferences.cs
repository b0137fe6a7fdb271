using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace NotebookHost.Engine;

/// <summary>
/// What the cells of a notebook are compiled against: the framework, the assemblies in common with the host, and what <c>#r</c> added.
/// It answers the compiler from what <see cref="Add"/> resolved before; assemblies needed indirectly are found beside those.
/// </summary>
internal sealed class CellReferences : MetadataReferenceResolver
{
    private readonly NotebookLoadContext _context;
    private readonly CellSources _sources;
    private readonly PackageRestore _packages;
    private readonly List<PortableExecutableReference> _all;
    private readonly Dictionary<(string Reference, string Folder), PortableExecutableReference> _resolved = [];

    public CellReferences(NotebookLoadContext context, CellSources sources, PackageRestore packages)
    {
        (_context, _sources, _packages) = (context, sources, packages);
        _all = [.. FrameworkAssemblies.References, .. NotebookLoadContext.Shared.Select(assembly => MetadataReferences.FromFile(assembly.Location))];
    }

    /// <summary>Everything so far; a cell that fails to compile keeps what its <c>#r</c> lines added.</summary>
    public IReadOnlyList<PortableExecutableReference> All => _all;

    /// <summary>The files that <c>#r</c> lines named, packages' assemblies included.</summary>
    public IEnumerable<string> Referenced => _resolved.Values.Select(reference => reference.FilePath!).Distinct();

    public override bool ResolveMissingAssemblies => true;

    /// <summary>Resolves one <c>#r</c> line.</summary>
    /// <param name="reference">What stands between the quotes: a path, <c>nuget: name, version</c>, or the simple name of an assembly that is there anyway.</param>
    /// <param name="basePath">The path of the file with the line.</param>
    /// <param name="cancellationToken">Ends a package restore.</param>
    /// <exception cref="DirectiveException">There is no such assembly or package.</exception>
    public async Task Add(string reference, string? basePath, CancellationToken cancellationToken)
    {
        var key = (reference, _sources.FolderOf(basePath));
        if (_resolved.ContainsKey(key))
            return;
        _resolved[key] = PackageRestore.TryParse(reference, out var package)
            ? await AddPackage(package, cancellationToken).ConfigureAwait(false)
            : AddFile(reference, key.Item2);
    }

    public override ImmutableArray<PortableExecutableReference> ResolveReference(string reference, string? baseFilePath, MetadataReferenceProperties properties) =>
        _resolved.TryGetValue((reference, _sources.FolderOf(baseFilePath)), out var resolved) ? [resolved] : [];

    public override PortableExecutableReference? ResolveMissingAssembly(MetadataReference definition, AssemblyIdentity referenceIdentity) =>
        _context.Find(referenceIdentity.Name) is { } path ? MetadataReferences.FromFile(path) : null;

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => _sources.GetHashCode();

    private PortableExecutableReference AddFile(string reference, string folder)
    {
        var path = Path.GetFullPath(reference, folder);
        if (!File.Exists(path))
        {
            return (FrameworkAssemblies.Find(reference) ?? NotebookLoadContext.FindShared(reference)?.Location) is { } known
                ? MetadataReferences.FromFile(known)
                : throw new DirectiveException($"There is no file {path}. If a project builds it, build that project first.");
        }
        return AddAssembly(path, _context.AddReference);
    }

    private async Task<PortableExecutableReference> AddPackage(PackageRequest package, CancellationToken cancellationToken)
    {
        var restored = await _packages.Restore(package, cancellationToken).ConfigureAwait(false);
        foreach (var path in restored.RuntimeAssemblies)
            _context.AddPackageAssembly(path);
        foreach (var path in restored.NativeLibraries)
            _context.AddNativeLibrary(path);
        var references = restored.CompileAssemblies.Select(path => AddAssembly(path, static _ => { })).ToList();
        return references.Count > 0 ? references[0] : _all[0];
    }

    /// <summary>The first version of an assembly that a notebook references stays: types loaded cannot be exchanged.</summary>
    private PortableExecutableReference AddAssembly(string path, Action<string> makeKnown)
    {
        var name = NameOf(path);
        var standing = NotebookLoadContext.FindShared(name.Name!)?.Location ?? (FrameworkAssemblies.Supersede(path) ? FrameworkAssemblies.Find(name.Name!) : Earlier(name.Name!));
        if (standing is null)
        {
            makeKnown(path);
            _all.Add(MetadataReferences.FromFile(path));
            return _all[^1];
        }
        if (NameOf(standing).Version < name.Version && Earlier(name.Name!) is not null)
            throw new DirectiveException($"{name.Name} {NameOf(standing).Version} is referenced already ({standing}); {path} is version {name.Version}. Reference the newer one first, or restart the notebook.");
        return MetadataReferences.FromFile(standing);
    }

    private string? Earlier(string simpleName) =>
        Referenced.FirstOrDefault(path => Path.GetFileNameWithoutExtension(path).Equals(simpleName, StringComparison.OrdinalIgnoreCase));

    private static AssemblyName NameOf(string path)
    {
        try
        {
            return AssemblyName.GetAssemblyName(path);
        }
        catch (BadImageFormatException)
        {
            throw new DirectiveException($"{path} is not a .NET assembly.");
        }
    }
}
