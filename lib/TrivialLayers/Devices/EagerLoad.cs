using System.Runtime.InteropServices;

namespace TrivialLayers;

/// <summary>Loads a library on Linux and has each of its symbols looked up at once. .NET leaves functions to their first call, which ends the process when one is missing.</summary>
internal static class EagerLoad
{
    /// <summary><c>RTLD_NOW</c> of dlfcn.h.</summary>
    private const int Now = 2;

    /// <summary>What is wrong with the library, in the loader's words, or null.</summary>
    public static string? ErrorOf(string file)
    {
        Error(); // found now: .NET's search for it would drop the loader's message
        return Open(file, Now) != 0 ? null : Marshal.PtrToStringUTF8(Error()) ?? "the loader does not say what";
    }

    [DllImport("libc.so.6", EntryPoint = "dlopen")]
    private static extern nint Open([MarshalAs(UnmanagedType.LPUTF8Str)] string file, int flags);

    [DllImport("libc.so.6", EntryPoint = "dlerror")]
    private static extern nint Error();
}
