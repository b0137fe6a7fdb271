using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace TrivialLayers;

/// <summary>
/// Loads libtorch's native libraries by full path as soon as code of this assembly runs, so that TorchSharp finds them wherever
/// the assembly was loaded from: a test, a program, or a notebook whose host reads no <c>.deps.json</c>. It also keeps
/// another libtorch, which a system folder may hold under the same names, from being taken. Besides, only how long libtorch's threads wait busily is set: see <see cref="WaitPolicy"/>.
/// <c>TRIVIAL_LAYERS_LIBTORCH</c> names the folder of a libtorch that is there already, that of a Python's PyTorch for instance, which is then the only one looked for.
/// </summary>
internal static class LibTorch
{
    /// <summary>TorchSharp's own library, as TorchSharp asks for it.</summary>
    private const string Wrapper = "LibTorchSharp";

    /// <summary>The environment variable that names a folder with a libtorch, <c>torch/lib</c> of an installed PyTorch for instance.</summary>
    internal const string FolderVariable = "TRIVIAL_LAYERS_LIBTORCH";

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

    /// <summary>A property of the process, set by <see cref="ChildProcess"/>, that names the files to load: those that another process has loaded.</summary>
    internal const string FilesProperty = "TrivialLayers.LibTorch";

    private static readonly List<nint> s_loaded = [];

    private static readonly List<string> s_files = [];

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

    /// <summary>A function of the loaded libraries by its exported name, or null where they have none.</summary>
    public static T? Function<T>(string name)
        where T : Delegate => Export(name) is not 0 and var address ? Marshal.GetDelegateForFunctionPointer<T>(address) : null;

    /// <summary>Whether it is a libtorch for CUDA.</summary>
    public static bool HasCuda { get; private set; }

    /// <summary>Its version as the native library itself gives it, with those of CUDA and cuDNN where it has them: <c>2.11.0, CUDA 13.0, cuDNN 91.7.1</c>. Where it cannot be asked, that of its package.</summary>
    public static string Version => s_version.Value;

    private static readonly Lazy<string> s_version = new(() => LibTorchConfiguration.OfLoaded()?.ToString() ?? PackageVersion);

    /// <summary>The oldest libtorch that TorchSharp's own library works with: the one it was built with.</summary>
    internal static Version Oldest => System.Version.Parse(PackageVersion);

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

    /// <summary>The package that brings libtorch for this system's CPU, and its version.</summary>
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
            IReadOnlyList<string> folders = [.. Folders(typeof(LibTorch).Assembly), .. PackageFolders()];
            var handle = AppContext.GetData(FilesProperty) is string files ? LoadFiles(files.Split(Path.PathSeparator))
                : Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } chosen ? LoadInstalled(chosen, folders) : Load(folders);
            var context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
            context.ResolvingUnmanagedDll += (_, name) => name == Wrapper ? handle : 0;
        }
        catch (LibTorchNotLoadedException e)
        {
            // An exception here would reach the user as a TypeInitializationException; Demand() throws it in plain words.
            s_failure = e;
        }
    }

    /// <summary>The files that this process has loaded, in order; the last is TorchSharp's own library.</summary>
    internal static IReadOnlyList<string> LoadedFiles => s_files;

    /// <summary>Loads these files in their order, and returns the handle of the last.</summary>
    private static nint LoadFiles(IReadOnlyList<string> files)
    {
        HasCuda = files.Any(file => Path.GetFileName(file).Contains("torch_cuda", StringComparison.Ordinal));
        WaitPolicy.WhileLoading(() =>
        {
            foreach (var file in files)
                Load(file, isRequired: true);
        });
        return s_loaded[^1];
    }

    /// <summary>Loads libtorch from the first folder that has it, and TorchSharp's own library from there, the next that has it or where .NET finds it. Returns the handle of the latter.</summary>
    internal static nint Load(IReadOnlyList<string> folders)
    {
        var folder = FirstWith(folders, Engine.Where(Required)) ?? throw new LibTorchNotLoadedException(
            LibTorchNotLoadedException.Absent(Platform, PackageName, PackageVersion, folders));
        LoadEngine(folder);
        return LoadWrapper([folder, .. folders]);
    }

    /// <summary>
    /// Loads the libtorch of a folder that the user names, with NVIDIA's libraries that were installed beside it, and TorchSharp's own library from one of the others. It is taken only if it is no older than
    /// the one TorchSharp was built with, of the same C++ ABI, and has every function that TorchSharp asks for.
    /// </summary>
    internal static nint LoadInstalled(string chosen, IReadOnlyList<string> wrapperFolders)
    {
        if (!OperatingSystem.IsLinux())
            throw new LibTorchNotLoadedException($"{FolderVariable} is supported only on Linux. Unset it, and give the program a libtorch package (see environment.md).");
        var folder = Path.GetFullPath(chosen);
        if (FirstWith([folder], Engine.Where(Required)) is null)
            throw new LibTorchNotLoadedException(LibTorchNotLoadedException.NotIn(folder, Oldest));
        foreach (var file in NvidiaLibraries.BesideOf(folder))
            Load(file, isRequired: false);
        try
        {
            LoadEngine(folder);
        }
        catch (LibTorchNotLoadedException error) when (error.InnerException is { } refusal && LibTorchNotLoadedException.IsDamage(refusal.Message))
        {
            throw new LibTorchNotLoadedException(LibTorchNotLoadedException.Unfit(folder, $"the system refuses to load it:\n  {refusal.Message.Trim().ReplaceLineEndings("\n  ")}", Oldest), refusal);
        }

        if (LibTorchConfiguration.WhyUnfit(LibTorchConfiguration.OfLoaded(), Oldest, Export(LibTorchConfiguration.OldAbiSymbol) != 0) is { } reason)
            throw new LibTorchNotLoadedException(LibTorchNotLoadedException.Unfit(folder, reason, Oldest));
        var wrapper = FirstWith([.. wrapperFolders, folder], [Wrappers]) is { } its ? Path.Combine(its, Wrappers) : null;
        if (wrapper is not null && EagerLoad.ErrorOf(wrapper) is { } missing)
        {
            throw new LibTorchNotLoadedException(missing.Contains("undefined symbol", StringComparison.Ordinal)
                ? LibTorchNotLoadedException.Unfit(folder, $"it lacks a symbol that TorchSharp's library needs: {missing}", Oldest)
                : LibTorchNotLoadedException.Refused(wrapper, missing));
        }

        return LoadWrapper([.. wrapperFolders, folder]);
    }

    private static string[] Engine => Patterns[..^1];

    /// <summary>TorchSharp's own library, as its file is called.</summary>
    private static string Wrappers => Patterns[^1];

    private static void LoadEngine(string folder)
    {
        WaitPolicy.WhileLoading(() =>
        {
            foreach (var pattern in Engine)
            {
                foreach (var file in Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal))
                    Load(file, Required(pattern));
            }
        });
        HasCuda = IsForCuda(folder);
    }

    /// <summary>Whether the libtorch of a folder is one for CUDA.</summary>
    internal static bool IsForCuda(string folder) => Directory.EnumerateFiles(folder, "*torch_cuda.*").Any();

    private static nint LoadWrapper(IReadOnlyList<string> folders)
    {
        if (FirstWith(folders, [Wrappers]) is { } its)
            return Load(Path.Combine(its, Wrappers), isRequired: true);
        try
        {
            var handle = NativeLibrary.Load(Wrapper, typeof(torch).Assembly, null);
            using var process = Process.GetCurrentProcess();
            s_files.AddRange(process.Modules.Cast<ProcessModule>().Select(module => module.FileName).Where(file => Path.GetFileName(file) == Wrappers).Take(1));
            return handle;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new LibTorchNotLoadedException(LibTorchNotLoadedException.Refused(Wrappers, e.Message), e);
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
            s_files.Add(file);
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
