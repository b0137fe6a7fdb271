using System.Runtime.InteropServices;
using System.Runtime.Loader;
using SkiaSharp;
using TrivialLayers.Runtime;

namespace TrivialLayers.Figures;

/// <summary>Loads Skia's native library by full path, as <see cref="LibTorch"/> does for its own: a notebook's host may read no <c>.deps.json</c>. What lies nowhere known is left to .NET.</summary>
internal static class SkiaLibrary
{
    private const string Library = "libSkiaSharp";

    private static readonly Lazy<nint> s_handle = new(Load);

    /// <summary>Returns when SkiaSharp will find its library.</summary>
    /// <exception cref="DllNotFoundException">It is nowhere.</exception>
    public static void Demand() => _ = s_handle.Value;

    private static nint Load()
    {
        var name = Library + (OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so");
        var folders = LibTorch.Folders(typeof(SkiaLibrary).Assembly);
        if (folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is not { } file)
        {
            return NativeLibrary.TryLoad(Library, typeof(SKCanvas).Assembly, null, out var found)
                ? found
                : throw new DllNotFoundException($"{name}, which draws the static pictures of figures, is in none of: {string.Join(", ", folders)}. It comes with the packages SkiaSharp.NativeAssets.*; build again.");
        }

        var handle = NativeLibrary.Load(file);
        var context = AssemblyLoadContext.GetLoadContext(typeof(SKCanvas).Assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += (_, wanted) => wanted == Library ? handle : 0;
        return handle;
    }
}
