using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace NotebookHost.Engine;

/// <summary>
/// What the cells of a notebook are compiled against: the framework, the assemblies in common with the host, and what <c>#r</c> added.
/// It answers the compiler from what <see cref="Add"/> resolved before; assemblies needed indirectly are found beside those. One cell at a time adds; from other threads completion asks meanwhile.
/// </summary>
internal sealed class CellReferences : MetadataReferenceResolver
{
    private readonly NotebookLoadContext _context;
    private readonly CellSources _sources;
    private readonly PackageRestore _packages;
    private readonly ConcurrentDictionary<(string Reference, string Folder), PortableExecutableReference> _resolved = [];

    /// <summary>Simple name → the assembly that stands for it in the cells compiled so far, also where they need it only indirectly.</summary>
    private readonly ConcurrentDictionary<string, string> _standing = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _ofPackages = [];
    private ImmutableArray<PortableExecutableReference> _all;

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

    /// <summary>Follows an <c>#i</c> line.</summary>
    /// <param name="source">What stands between the quotes: <c>nuget:</c> and an address or a folder.</param>
    /// <param name="basePath">The path of the file with the line.</param>
    /// <exception cref="DirectiveException">It names no place.</exception>
    public void AddSource(string source, string? basePath)
    {
        const string prefix = "nuget:";
        var place = source.Trim().StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? source.Trim()[prefix.Length..].Trim() : "";
        if (place.Length == 0)
            throw new DirectiveException($"""#i "{source}" names no package source. Write #i "nuget: address or folder".""");
        if (!Uri.TryCreate(place, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            place = Path.GetFullPath(address is { IsFile: true } ? address.LocalPath : place, _sources.FolderOf(basePath));
            if (!Directory.Exists(place))
                throw new DirectiveException($"There is no folder {place} with packages.");
        }
        _packages.AddSource(place);
    }

    public override ImmutableArray<PortableExecutableReference> ResolveReference(string reference, string? baseFilePath, MetadataReferenceProperties properties) =>
        _resolved.TryGetValue((reference, _sources.FolderOf(baseFilePath)), out var resolved) ? [resolved] : [];

    public override PortableExecutableReference? ResolveMissingAssembly(MetadataReference definition, AssemblyIdentity referenceIdentity) =>
        _context.Find(referenceIdentity.Name) is { } path ? MetadataReferences.FromFile(_standing.GetOrAdd(referenceIdentity.Name, path)) : null;

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => _sources.GetHashCode();

    private PortableExecutableReference AddFile(string reference, string folder)
    {
        var path = Path.GetFullPath(reference, folder);
        if (!File.Exists(path))
        {
            return (FrameworkAssemblies.Find(reference) ?? NotebookLoadContext.FindShared(reference)?.Location) is { } known
                ? MetadataReferences.FromFile(known)
                : throw new DirectiveException($"There is no file {path}. If a project builds it, build that project, then restart the kernel: "
                    + "assemblies that cells have already referenced are not reloaded.");
        }
        return AddAssembly(path, _context.AddReference);
    }

    private async Task<PortableExecutableReference> AddPackage(PackageRequest package, CancellationToken cancellationToken)
    {
        if (package.IsTorch && TorchBeside is { } torch)
        {
            throw new DirectiveException($"TorchSharp is already loaded ({torch}); a second copy of its native libraries would crash the process. "
                + "Remove this line.");
        }
        var restored = await _packages.Restore(package, cancellationToken).ConfigureAwait(false);
        if (restored.InsteadOfAsked is { } taken)
            Console.Error.WriteLine($"{package.Name} {package.Version} is in no package source; version {taken} is used instead.");
        var natives = TorchBeside is null ? restored.NativeLibraries : [.. restored.NativeLibraries.Where(path => !IsOfTorch(path))];
        var fitted = FittedLibraries.Fit(natives, Path.Combine(PackageRestore.CacheFolder, "native"));
        _ofPackages.UnionWith(restored.RuntimeAssemblies);
        var references = restored.CompileAssemblies.Select(path => AddAssembly(path, static _ => { })).ToList();
        foreach (var path in restored.RuntimeAssemblies)
            _context.AddPackageAssembly(path);
        foreach (var path in fitted)
            _context.AddNativeLibrary(path);
        return references.Count > 0 ? references[0] : _all[0];
    }

    private static bool IsOfTorch(string library) => Path.GetFileName(library).Contains("torch", StringComparison.OrdinalIgnoreCase);

    /// <summary>TorchSharp as a file that a notebook's references brought, with libtorch.</summary>
    private string? TorchBeside => _context.Find("TorchSharp") is { } path && !_ofPackages.Contains(path) ? path : null;

    /// <summary>
    /// The first version of an assembly that a notebook references, or needs by what it references, stays: types loaded cannot be exchanged, and to the
    /// compiler the types that use the assembly would be others than before.
    /// </summary>
    private PortableExecutableReference AddAssembly(string path, Action<string> makeKnown)
    {
        var name = NameOf(path);
        var earlier = _standing.GetValueOrDefault(name.Name!);
        var standing = NotebookLoadContext.FindShared(name.Name!)?.Location
            ?? (FrameworkAssemblies.Supersede(path) ? FrameworkAssemblies.Find(name.Name!) : earlier);
        if (standing is not null && NameOf(standing).Version < name.Version && earlier is not null)
        {
            throw new DirectiveException($"{name.Name} {NameOf(standing).Version} is already referenced ({standing}); {path} is version {name.Version}. "
                + "Put the #r of the newer version first, then restart the notebook.");
        }
        if (standing is null)
        {
            makeKnown(path);
            _standing[name.Name!] = standing = path;
        }
        var reference = MetadataReferences.FromFile(standing);
        if (!_all.Contains(reference))
            _all = _all.Add(reference);
        return reference;
    }

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
