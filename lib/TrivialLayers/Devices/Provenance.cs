using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>On what a result was computed.</summary>
/// <param name="Library">Version of this library.</param>
/// <param name="TorchSharp">Version of TorchSharp.</param>
/// <param name="LibTorch">Version of libtorch, as the native library itself gives it, with those of CUDA and cuDNN where it has them.</param>
/// <param name="DotNet">The .NET runtime.</param>
/// <param name="OperatingSystem">The operating system.</param>
/// <param name="Processor">The CPU's name, or the GPU's when it computed.</param>
/// <param name="Threads">Threads torch computes with.</param>
/// <param name="Created">When, in coordinated universal time.</param>
/// <param name="Device">The device that computed: <c>cpu</c>, <c>cuda:0</c>.</param>
public sealed record Provenance(
    [property: JsonPropertyName("library")] string Library,
    [property: JsonPropertyName("torchSharp")] string TorchSharp,
    [property: JsonPropertyName("libTorch")] string LibTorch,
    [property: JsonPropertyName("dotNet")] string DotNet,
    [property: JsonPropertyName("operatingSystem")] string OperatingSystem,
    [property: JsonPropertyName("processor")] string Processor,
    [property: JsonPropertyName("threads")] int Threads,
    [property: JsonPropertyName("created")] DateTimeOffset Created,
    [property: JsonPropertyName("device")] string Device = "cpu")
{
    /// <summary>This process, now, on <see cref="ComputeDevice.Default"/>.</summary>
    /// <exception cref="LibTorchNotLoadedException">libtorch could not be loaded.</exception>
    public static Provenance Current() => Of(ComputeDevice.Default);

    /// <summary>This process, now, on the device that has a network.</summary>
    internal static Provenance Of(Device device) =>
        new(
            VersionOf(typeof(Provenance).Assembly),
            VersionOf(typeof(torch).Assembly),
            TrivialLayers.LibTorch.Version,
            RuntimeInformation.FrameworkDescription,
            RuntimeInformation.OSDescription,
            device.type == DeviceType.CUDA ? Machine.Gpu(Math.Max(device.index, 0)) : Machine.Processor,
            TrivialLayers.Threads.Count,
            DateTimeOffset.UtcNow,
            device.ToString());

    /// <summary><see cref="Threads"/> in words.</summary>
    internal string ThreadsInWords => Threads == 1 ? "1 thread" : string.Create(CultureInfo.InvariantCulture, $"{Threads} threads");

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version?.ToString() ?? "unknown";
}
