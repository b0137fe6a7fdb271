using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace TrivialLayers.Runtime;

/// <summary>
/// Loads libtorch's native libraries by full path as soon as this assembly is used, so that TorchSharp finds them wherever
/// the assembly was loaded from: a test, a program, or a notebook whose host reads no <c>.deps.json</c>. It also keeps
/// another libtorch, which a system folder may hold under the same names, from being taken.
/// </summary>
internal static class LibTorch
{
    /// <summary>Loaded in this order; a pattern may match nothing unless it is <see cref="Required"/>.</summary>
    private static readonly string[] s_linux =
        ["libgomp*.so*", "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so", "libLibTorchSharp.so"];

    private static readonly string[] s_mac = ["libomp.dylib", "libc10.dylib", "libtorch_cpu.dylib", "libtorch.dylib", "libLibTorchSharp.dylib"];

    private static readonly string[] s_windows =
    [
        "libiomp5md.dll", "cudart64_*.dll", "nvJitLink_*.dll", "cublasLt64_*.dll", "cublas64_*.dll", "cudnn*.dll", "nvrtc*.dll", "caffe2_nvrtc.dll",
        "c10.dll", "torch_cpu.dll", "c10_cuda.dll", "torch_cuda.dll", "torch.dll", "LibTorchSharp.dll",
    ];

    // Plotly.NET 6 needs this FSharp.Core; a host that brings an older one must not hand it to our Plotly.NET.
    private static readonly string[] s_charting = ["FSharp.Core", "Fable.Core", "DynamicObj", "Giraffe.ViewEngine", "Plotly.NET", "Plotly.NET.CSharp"];

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

    /// <summary>The folders in which the native libraries may lie, best first.</summary>
    public static IReadOnlyList<string> Folders(Assembly assembly)
    {
        var folders = new List<string>();
        if (assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "TorchNativeFolder")?.Value is { } built)
            folders.Add(built);
        foreach (var home in new[] { Path.GetDirectoryName(assembly.Location), AppContext.BaseDirectory })
        {
            if (string.IsNullOrEmpty(home))
                continue;
            folders.Add(home);
            folders.Add(Path.Combine(home, "runtimes", Platform, "native"));
        }
        return [.. folders.Select(Path.TrimEndingDirectorySeparator).Distinct()];
    }

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
        var assembly = typeof(LibTorch).Assembly;
        PreferOwnCharting(assembly);
        NativeMemory.Keep();
        try
        {
            var handle = Load(Folders(assembly));
            var context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
            context.ResolvingUnmanagedDll += (_, name) => name == "LibTorchSharp" ? handle : 0;
        }
        catch (LibTorchNotLoadedException e)
        {
            // An exception here would reach the user as a TypeInitializationException; Demand() throws it in plain words.
            s_failure = e;
        }
    }

    /// <summary>Loads the libraries of the first folder that has them; returns the handle of the last, TorchSharp's own.</summary>
    internal static nint Load(IReadOnlyList<string> folders)
    {
        var patterns = Patterns;
        var folder = folders.FirstOrDefault(f => Directory.Exists(f) && patterns.Where(Required).All(p => File.Exists(Path.Combine(f, p))))
            ?? throw new LibTorchNotLoadedException(LibTorchNotLoadedException.Absent(Platform, patterns[^1], folders));
        nint handle = 0;
        foreach (var pattern in patterns)
        {
            foreach (var file in Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal))
            {
                try
                {
                    handle = NativeLibrary.Load(file);
                    s_loaded.Add(handle);
                }
                catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
                {
                    if (Required(pattern))
                        throw new LibTorchNotLoadedException(LibTorchNotLoadedException.Refused(file, e.Message), e);
                }
            }
        }
        return handle;
    }

    private static void PreferOwnCharting(Assembly assembly)
    {
        var context = AssemblyLoadContext.GetLoadContext(assembly);
        var home = Path.GetDirectoryName(assembly.Location);
        if (context is null || context == AssemblyLoadContext.Default || string.IsNullOrEmpty(home))
            return;
        var present = context.Assemblies.Select(a => a.GetName().Name).ToHashSet();
        foreach (var name in s_charting)
        {
            var file = Path.Combine(home, name + ".dll");
            if (!present.Contains(name) && File.Exists(file))
                context.LoadFromAssemblyPath(file);
        }
    }
}
