using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>What CUDA's runtime, the one of libtorch, says of a GPU; null where there is none to ask.</summary>
internal static class CudaRuntime
{
    private const int RoomForAddress = 32;

    private static readonly Lazy<Current?> s_current = new(() => LibTorch.Function<Current>("cudaGetDevice"));
    private static readonly Lazy<Choose?> s_choose = new(() => LibTorch.Function<Choose>("cudaSetDevice"));
    private static readonly Lazy<Memory?> s_memory = new(() => LibTorch.Function<Memory>("cudaMemGetInfo"));
    private static readonly Lazy<Address?> s_address = new(() => LibTorch.Function<Address>("cudaDeviceGetPCIBusId"));

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Current(out int index);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Choose(int index);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Memory(out nuint free, out nuint total);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Address([Out] byte[] text, int length, int index);

    /// <summary>Bytes that nobody has asked for on a GPU; null for a CPU.</summary>
    public static long? Free(Device device)
    {
        if (device.type != DeviceType.CUDA || s_current.Value is not { } current || current(out var now) != 0)
            return null;
        var index = Math.Max(device.index, 0);
        if (index == now)
            return Free();
        long? free = null;
        var other = new Thread(() => free = s_choose.Value?.Invoke(index) == 0 ? Free() : null); // each thread has a current GPU; to choose one wakes it, so this thread's is not chosen again
        other.Start();
        other.Join();
        return free;
    }

    /// <summary>The same for the current GPU, the only one that the runtime is asked about.</summary>
    private static long? Free() => s_memory.Value is { } ask && ask(out var free, out _) == 0 ? (long)free : null;

    /// <summary>Where a GPU is on the bus, by which every tool knows it; CUDA and the driver's tools may count GPUs in different orders.</summary>
    public static string? BusAddress(int index)
    {
        var text = new byte[RoomForAddress];
        return s_address.Value is { } ask && ask(text, text.Length, index) == 0 ? Encoding.ASCII.GetString(text).TrimEnd('\0') : null;
    }
}
