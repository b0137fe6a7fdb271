using System.Runtime.InteropServices;
using TorchSharp;

namespace TrivialLayers.Worker;

/// <summary>Whether the C library of Linux asks the system for a large block, as it does by default, or takes it from kept memory.</summary>
internal static class MemorySource
{
    private const nuint Block = 31 << 20;

    public static string InWords()
    {
        using (torch.zeros(10, device: ComputeDevice.Default))
        {
            var usual = OfABlock();
            NativeMemory.Keep();
            return $"{usual}, then {OfABlock()}";
        }
    }

    private static string OfABlock()
    {
        var before = Statistics().MappedBlocks;
        var block = Allocate(Block);
        var mapped = Statistics().MappedBlocks > before;
        Free(block);
        return mapped ? "the system" : "kept memory";
    }

    [DllImport("libc.so.6", EntryPoint = "malloc")]
    private static extern nint Allocate(nuint bytes);

    [DllImport("libc.so.6", EntryPoint = "free")]
    private static extern void Free(nint block);

    [DllImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static extern MallocInformation Statistics();

    /// <summary><c>struct mallinfo2</c> of glibc's malloc.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallocInformation
    {
        private readonly nuint _arena, _freeBlocks, _fastBlocks;
        public readonly nuint MappedBlocks;
        private readonly nuint _mappedBytes, _highest, _fastBytes, _used, _free, _releasable;
    }
}
