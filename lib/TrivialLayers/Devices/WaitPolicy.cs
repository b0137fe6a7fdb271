using System.Runtime.InteropServices;

namespace TrivialLayers;

/// <summary>
/// How long libtorch's threads wait busily for each other on Linux. GNU's OpenMP library, which starts them, lets a waiting thread turn in a loop for about three milliseconds before it sleeps. Alone on a machine that
/// is harmless; beside other work the waiting threads take the time from those that they wait for. A tenth of a millisecond costs one to two percent alone; beside two busy processes on two cores training is then more than
/// twice as fast: <c>tests/Benchmarks busy</c> measures it. It is set while the library is loaded, which other native threads that read the environment should not run beside.
/// </summary>
internal static class WaitPolicy
{
    private const string Library = "libc.so.6";
    private const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>Turns of the loop before a waiting thread sleeps; the library reckons with 100,000 in a millisecond.</summary>
    private const string Turns = "10000";

    /// <summary>Loads libraries, among them OpenMP's, which reads its settings as it is loaded. What the user set counts; afterwards the environment is as it was.</summary>
    public static void WhileLoading(Action load)
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad(Library, out _) || Get("OMP_WAIT_POLICY") != 0 || Get(SpinCount) != 0)
        {
            load();
            return;
        }

        _ = Set(SpinCount, Turns, 1);
        try
        {
            load();
        }
        finally
        {
            _ = Unset(SpinCount);
        }
    }

    // .NET keeps a copy of the environment; the library reads the C library's.
    [DllImport(Library, EntryPoint = "getenv")]
    private static extern nint Get([MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport(Library, EntryPoint = "setenv")]
    private static extern int Set([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);

    [DllImport(Library, EntryPoint = "unsetenv")]
    private static extern int Unset([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
