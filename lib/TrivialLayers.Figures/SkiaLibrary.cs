using System.Runtime.InteropServices;
using System.Runtime.Loader;
using SkiaSharp;
using TrivialLayers.Runtime;

namespace TrivialLayers.Figures;

/// <summary>Loads Skia's native library by full path, as <see cref="LibTorch"/> does for its own: a notebook's host may read no <c>.deps.json</c>.</summary>
internal static class SkiaLibrary
{
    private static readonly Lazy<nint> s_handle = new(Load);

    /// <summary>Returns when SkiaSharp will find its library.</summary>
    /// <exception cref="DllNotFoundException">It lies in none of the folders.</exception>
    public static void Demand() => _ = s_handle.Value;

    private static nint Load()
    {
        var name = OperatingSystem.IsWindows() ? "libSkiaSharp.dll" : OperatingSystem.IsMacOS() ? "libSkiaSharp.dylib" : "libSkiaSharp.so";
        var folders = LibTorch.Folders(typeof(SkiaLibrary).Assembly);
        var file = folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new DllNotFoundException($"{name}, which draws the static pictures of figures, is in none of: {string.Join(", ", folders)}. Build again: dotnet build -c Release");
        var handle = NativeLibrary.Load(file);
        var context = AssemblyLoadContext.GetLoadContext(typeof(SKCanvas).Assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += (_, wanted) => wanted == "libSkiaSharp" ? handle : 0;
        return handle;
    }
}
