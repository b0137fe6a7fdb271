using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>
/// Where a notebook's cells and everything they reference are loaded. Apart from the framework, only the assemblies through which notebook and host talk
/// (<see cref="Shared"/>) are the host's; of everything else the host uses itself the notebook gets its own version when it references one.
/// </summary>
/// <remarks>The limit: an assembly that the notebook needs and has nowhere beside its references comes from the host if the host happens to have it.</remarks>
internal sealed class NotebookLoadContext() : AssemblyLoadContext("notebook")
{
    /// <summary>Their types must be the same in notebook and host: a formatter registered by a cell is the one the host formats with.</summary>
    private static readonly Dictionary<string, Assembly> SharedByName = new(StringComparer.OrdinalIgnoreCase)
    {
        [NameOf(typeof(Formatter))] = typeof(Formatter).Assembly,
        [NameOf(typeof(IHtmlContent))] = typeof(IHtmlContent).Assembly,
        [NameOf(typeof(CellFunctions))] = typeof(CellFunctions).Assembly,
    };

    private static readonly string[] NativePrefixes = OperatingSystem.IsWindows() ? [""] : ["", "lib"];
    private static readonly string[] NativeSuffixes = OperatingSystem.IsWindows() ? ["", ".dll"] : OperatingSystem.IsMacOS() ? ["", ".dylib"] : ["", ".so"];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _referenced = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Folder, AssemblyDependencyResolver? Dependencies)> _probes = [];
    private readonly List<string> _nativeFiles = [];

    /// <summary>The assemblies that notebook and host have in common.</summary>
    public static IReadOnlyCollection<Assembly> Shared => SharedByName.Values;

    /// <summary>Makes a referenced assembly known, and with it what lies in its folder or is named by its <c>.deps.json</c>.</summary>
    public void AddReference(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        lock (_lock)
        {
            _referenced[Path.GetFileNameWithoutExtension(path)] = path;
            if (File.Exists(Path.ChangeExtension(path, ".deps.json")))
                _probes.Insert(0, (folder, DependenciesOf(path)));
            else if (_probes.TrueForAll(probe => probe.Folder != folder))
                _probes.Add((folder, null));
        }
    }

    /// <summary>Makes a package's assembly known by name alone; its neighbours come as packages too. The first of a name stays.</summary>
    public void AddPackageAssembly(string path)
    {
        lock (_lock)
            _referenced.TryAdd(Path.GetFileNameWithoutExtension(path), path);
    }

    /// <summary>Makes a package's native library known.</summary>
    public void AddNativeLibrary(string path)
    {
        lock (_lock)
            _nativeFiles.Add(path);
    }

    /// <summary>The file that the simple name stands for in this notebook, or <c>null</c>: then it is the framework's, or nobody's.</summary>
    public string? Find(string simpleName)
    {
        lock (_lock)
        {
            var path = _referenced.GetValueOrDefault(simpleName) ?? FindBeside(simpleName);
            return path is null || FrameworkAssemblies.Supersede(path) ? null : path;
        }
    }

    /// <summary>Whether the name is one of the assemblies in common, which the notebook cannot replace.</summary>
    public static Assembly? FindShared(string simpleName) => SharedByName.GetValueOrDefault(simpleName);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (FindShared(assemblyName.Name!) is { } shared)
            return shared;
        return Find(assemblyName.Name!) is { } path ? LoadFromAssemblyPath(path) : null;
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        lock (_lock)
        {
            foreach (var candidate in NativeCandidates(unmanagedDllName))
            {
                if (File.Exists(candidate))
                    return LoadUnmanagedDllFromPath(candidate);
            }
        }
        return 0;
    }

    private string? FindBeside(string simpleName)
    {
        foreach (var (folder, dependencies) in _probes)
        {
            var path = dependencies?.ResolveAssemblyToPath(new AssemblyName(simpleName)) ?? Path.Combine(folder, simpleName + ".dll");
            if (File.Exists(path))
                return path;
        }
        return null;
    }

    private IEnumerable<string> NativeCandidates(string name)
    {
        foreach (var (folder, dependencies) in _probes)
        {
            if (dependencies?.ResolveUnmanagedDllToPath(name) is { } resolved)
                yield return resolved;
            foreach (var file in NativeFileNames(name))
            {
                yield return Path.Combine(folder, file);
                yield return Path.Combine(folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", file);
            }
        }
        foreach (var file in NativeFileNames(name))
        {
            foreach (var native in _nativeFiles.Where(native => Path.GetFileName(native) == file))
                yield return native;
        }
    }

    private static IEnumerable<string> NativeFileNames(string name) =>
        from prefix in NativePrefixes from suffix in NativeSuffixes select prefix + name + suffix;

    /// <summary>Reads the assembly's <c>.deps.json</c>; one that cannot be read counts as absent, and the folder still serves.</summary>
    private static AssemblyDependencyResolver? DependenciesOf(string path)
    {
        try
        {
            return new AssemblyDependencyResolver(path);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string NameOf(Type type) => type.Assembly.GetName().Name!;
}
