using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;

namespace TrivialLayers.Runtime;

/// <summary>Makes independent seeds from one.</summary>
public static class Seeds
{
    /// <summary>A seed for one purpose: the first 63 bits of SHA-256 over seed and purpose. Different purposes draw independently.</summary>
    /// <param name="seed">The seed the user chose.</param>
    /// <param name="purpose">What is drawn, for example <c>weights</c>.</param>
    public static long Derive(long seed, string purpose) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{purpose}"))) & long.MaxValue;

    /// <summary>A torch generator seeded for one purpose; the caller disposes it.</summary>
    /// <param name="seed">The seed the user chose.</param>
    /// <param name="purpose">What is drawn, for example <c>augmentation</c>.</param>
    /// <param name="device">Where the numbers are drawn; the CPU when null. The META device draws none and gets the CPU's generator.</param>
    /// <exception cref="LibTorchNotLoadedException">libtorch could not be loaded.</exception>
    public static torch.Generator Generator(long seed, string purpose, torch.Device? device = null)
    {
        LibTorch.Demand();
        return new torch.Generator((ulong)Derive(seed, purpose), device is null || device.type == DeviceType.META ? torch.CPU : device);
    }
}
