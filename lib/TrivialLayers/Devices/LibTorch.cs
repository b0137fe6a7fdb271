using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace TrivialLayers;

/// <summary>
/// Loads libtorch's native libraries by full path as soon as code of this assembly runs, so that TorchSharp finds them wherever
/// the assembly was loaded from: a test, a program, or a notebook whose host reads no <c>.deps.json</c>. It also keeps
/// another libtorch, which a system folder may hold under the same names, from being taken. Nothing else of the process changes.
/// </summary>
internal static class LibTorch
{
    /// <summary>TorchSharp's own library, as TorchSharp asks for it.</summary>
    private const string Wrapper = "LibTorchSharp";

    /// <summary>A file beside the assembly in which the build of this repository names the folder that holds libtorch; packages have none.</summary>
    internal const string BuildsFolder = "libtorch.folder";

    /// <summary>Loaded in this order; a pattern may match nothing unless it is <see cref="Required"/>.</summary>
    private static readonly string[] s_linux =
        ["libgomp*.so*", "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so", "libLibTorchSharp.so"];

    private static readonly string[] s_mac = ["libomp.dylib", "libc10.dylib", "libtorch_cpu.dylib", "libtorch.dylib", "libLibTorchSharp.dylib"];

    private static readonly string[] s_windows =
    [
        "libiomp5md.dll", "cudart64_*.dll", "nvJitLink_*.dll", "cublasLt64_*.dll", "cublas64_*.dll", "cudnn*.dll", "nvrtc*.dll", "caffe2_nvrtc.dll",
        "c10.dll", "torch_cpu.dll", "c10_cuda.dll", "torch_cuda.dll", "torch.dll", "LibTorchSharp.dll",
    ];

    private static readonly List<nint> s_loaded = [];

    private static LibTorchNotLoadedException? s_failure;

    /// <summary>Returns when libtorch is loaded.</summary>
    /// <exception cref="LibTorchNotLoadedException">It could not be loaded; the message says what to do.</exception>
    public static void Demand()
    {
        if (s_failure is { } failure)
            throw new LibTorchNotLoadedException(failure.Message, failure.InnerException);
    }

    /// <summary>The address of a function that one of the loaded libraries exports, or 0.</summary>
    public static nint Export(string name) =>
        s_loaded.Select(library => NativeLibrary.TryGetExport(library, name, out var address) ? address : 0).FirstOrDefault(address => address != 0);

    /// <summary>Whether it is a libtorch for CUDA.</summary>
    public static bool HasCuda { get; private set; }

    /// <summary>The folders in which an assembly's native libraries may lie, best first: where the build of this repository keeps them, beside the assembly, beside the program, and where .NET looks.</summary>
    public static IReadOnlyList<string> Folders(Assembly assembly)
    {
        var home = Path.GetDirectoryName(assembly.Location) ?? "";
        var folders = new List<string>();
        if (home.Length > 0 && Path.Combine(home, BuildsFolder) is var named && File.Exists(named))
            folders.Add(File.ReadAllText(named).Trim());
        foreach (var place in new[] { home, AppContext.BaseDirectory }.Where(place => place.Length > 0))
            folders.AddRange([place, Path.Combine(place, "runtimes", Platform, "native"), Path.Combine(place, "runtimes", Platform.Split('-')[0], "native")]);
        folders.AddRange(((AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        return [.. folders.Select(Path.TrimEndingDirectorySeparator).Distinct()];
    }

    /// <summary>
    /// Where a package of libtorch lies in NuGet's cache, when TorchSharp was loaded from there: so do notebooks with <c>#r "nuget: …"</c>, from <c>torchsharp/VERSION/lib/FRAMEWORK/TorchSharp.dll</c>.
    /// </summary>
    private static IEnumerable<string> PackageFolders()
    {
        var package = new FileInfo(typeof(torch).Assembly.Location).Directory?.Parent?.Parent;
        return package?.Parent is { Name: var name, Parent: { } cache } && name.Equals("torchsharp", StringComparison.OrdinalIgnoreCase)
            ? [Path.Combine(cache.FullName, PackageName.ToLowerInvariant(), PackageVersion, "runtimes", Platform, "native")]
            : [];
    }

    /// <summary>The package that brings libtorch for this system's processor, and its version.</summary>
    private static string PackageName => $"libtorch-cpu-{Platform}";

    private static string PackageVersion =>
        typeof(LibTorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "LibTorchVersion").Value!;

    private static string Platform =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-")
        + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    private static string[] Patterns => OperatingSystem.IsWindows() ? s_windows : OperatingSystem.IsMacOS() ? s_mac : s_linux;

    private static bool Required(string pattern) => pattern.Contains("torch", StringComparison.OrdinalIgnoreCase) && !pattern.Contains("cuda", StringComparison.Ordinal);

#pragma warning disable CA2255 // A library that must prepare its process before the first call into TorchSharp has no other place.
    [ModuleInitializer]
    internal static void Initialise()
#pragma warning restore CA2255
    {
        try
        {
            var handle = Load([.. Folders(typeof(LibTorch).Assembly), .. PackageFolders()]);
            var context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
            context.ResolvingUnmanagedDll += (_, name) => name == Wrapper ? handle : 0;
        }
        catch (LibTorchNotLoadedException e)
        {
            // An exception here would reach the user as a TypeInitializationException; Demand() throws it in plain words.
            s_failure = e;
        }
    }

    /// <summary>Loads libtorch from the first folder that has it, and TorchSharp's own library from there, the next that has it or where .NET finds it. Returns the handle of the latter.</summary>
    internal static nint Load(IReadOnlyList<string> folders)
    {
        var (engine, wrapper) = (Patterns[..^1], Patterns[^1]);
        var folder = FirstWith(folders, engine.Where(Required)) ?? throw new LibTorchNotLoadedException(
            LibTorchNotLoadedException.Absent(Platform, PackageName, PackageVersion, folders));
        foreach (var pattern in engine)
        {
            foreach (var file in Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal))
                Load(file, Required(pattern));
        }

        HasCuda = Directory.EnumerateFiles(folder, "*torch_cuda.*").Any();
        if (FirstWith([folder, .. folders], [wrapper]) is { } its)
            return Load(Path.Combine(its, wrapper), isRequired: true);
        try
        {
            return NativeLibrary.Load(Wrapper, typeof(torch).Assembly, null);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new LibTorchNotLoadedException(LibTorchNotLoadedException.Refused(wrapper, e.Message), e);
        }
    }

    private static string? FirstWith(IEnumerable<string> folders, IEnumerable<string> files) =>
        folders.FirstOrDefault(folder => files.All(file => File.Exists(Path.Combine(folder, file))));

    private static nint Load(string file, bool isRequired)
    {
        try
        {
            var handle = NativeLibrary.Load(file);
            s_loaded.Add(handle);
            return handle;
        }
        catch (Exception e) when (!isRequired && (e is DllNotFoundException or BadImageFormatException))
        {
            return 0;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new LibTorchNotLoadedException(LibTorchNotLoadedException.Refused(file, e.Message), e);
        }
    }
}
