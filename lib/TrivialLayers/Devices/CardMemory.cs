using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Memory of a GPU.</summary>
internal static class CardMemory
{
    private static readonly Lazy<MemoryInformation?> s_information = new(() =>
        LibTorch.Export("cudaMemGetInfo") is not 0 and var function ? Marshal.GetDelegateForFunctionPointer<MemoryInformation>(function) : null);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int MemoryInformation(out nuint free, out nuint total);

    /// <summary>Bytes that nobody has asked for on the GPU that computes; null for a CPU, or where the CUDA runtime cannot be asked.</summary>
    public static long? Free(Device device) =>
        device.type == DeviceType.CUDA && s_information.Value is { } ask && ask(out var free, out _) == 0 ? (long)free : null;
}
