using System.Runtime.InteropServices;
using System.Runtime.Loader;
using SkiaSharp;

namespace TrivialLayers;

/// <summary>
/// Loads Skia's native library, which reads pictures and draws figures: by full path, as <see cref="LibTorch"/> does for its own, since a notebook's host may
/// read no <c>.deps.json</c>; else where .NET finds it.
/// </summary>
internal static class SkiaLibrary
{
    private const string Name = "libSkiaSharp";

    private static readonly Lazy<nint> s_handle = new(() => Load(LibTorch.Folders(typeof(SkiaLibrary).Assembly), Name));

    /// <summary>Returns when SkiaSharp will find its library.</summary>
    /// <exception cref="DllNotFoundException">It is not there; the message names the package that brings it.</exception>
    public static void Demand() => _ = s_handle.Value;

    /// <summary>The library's handle, from the first of some folders that has it.</summary>
    internal static nint Load(IReadOnlyList<string> folders, string name)
    {
        var file = name + (OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so");
        var assembly = typeof(SKCodec).Assembly;
        if (folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists) is not { } path)
            return NativeLibrary.TryLoad(name, assembly, null, out var found) ? found : throw new DllNotFoundException(Absent(file));
        var handle = NativeLibrary.Load(path);
        var context = AssemblyLoadContext.GetLoadContext(assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += (_, wanted) => wanted == name ? handle : 0;
        return handle;
    }

    private static string Absent(string file)
    {
        var package = "SkiaSharp.NativeAssets." + (OperatingSystem.IsWindows() ? "Win32" : OperatingSystem.IsMacOS() ? "macOS" : "Linux.NoDependencies");
        return $"Skia's native library {file}, which reads pictures and draws figures, is missing: add the package {package}, "
            + "in the version of your SkiaSharp, to the program.";
    }
}
