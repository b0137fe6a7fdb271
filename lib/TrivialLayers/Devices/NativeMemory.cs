using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TrivialLayers;

/// <summary>
/// How the C library of Linux keeps memory. By default it gives the memory of large tensors back to the system after each step, and the system clears every page again in the next one:
/// about a sixth of the time of a training run.
/// </summary>
public static class NativeMemory
{
    private const string Library = "libc.so.6";

    // The parameters of mallopt, from glibc's malloc.h.
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;
    private const int ArenaMax = -8;

    /// <summary>The largest that glibc takes: blocks below it come from the kept memory.</summary>
    private const int LargestKeptBlock = 32 << 20;

    private const int LargePage = 2 << 20;

    /// <summary>
    /// From now on the whole process keeps freed memory for the next tensors, in one store for all threads, and gives less back to the system. Ask before other work; the library never does by
    /// itself. Where the C library has no such setting nothing happens.
    /// </summary>
    public static void Keep()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad(Library, out var library) || !NativeLibrary.TryGetExport(library, "mallopt", out var address))
            return;
        var set = Marshal.GetDelegateForFunctionPointer<SetOption>(address);
        set(MmapThreshold, LargestKeptBlock);
        set(TrimThreshold, int.MaxValue);
        set(TopPad, 4 * LargestKeptBlock);
        set(ArenaMax, 1);
    }

    /// <summary>Asks Linux for pages of 2 MB behind memory that was not written yet: a virtual machine may take longer to hand out 512 small pages than to fill them. A wish; nothing depends on it.</summary>
    internal static void PreferLargePages(Span<byte> memory)
    {
        const int UseLargePages = 14; // MADV_HUGEPAGE
        var address = Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(memory));
        var first = (int)(-address & (LargePage - 1));
        var length = (memory.Length - first) / LargePage * LargePage;
        if (OperatingSystem.IsLinux() && length > 0)
            _ = Advise(ref memory[first], (nuint)length, UseLargePages);
    }

    [DllImport(Library, EntryPoint = "madvise")]
    private static extern int Advise(ref byte start, nuint length, int advice);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SetOption(int parameter, int value);
}
