using System.Runtime.Intrinsics.X86;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Which library computes libtorch's convolutions on a processor. In libtorch 2.10 oneDNN reads and writes memory that is not its own in convolutions whose channels do not fill its
/// vector registers: outputs and gradients are wrong or not numbers, the process may end. Against double precision, on an AMD EPYC (Zen 5): relative errors of up to 1 where input or
/// output channels are no multiple of 16 (with AVX-512) or 8 (with AVX2), 1e-6 where they are, and with libtorch's own convolutions. So other networks are computed with the latter.
/// Where the processor does not tell its caches, as in some virtual machines, oneDNN divides by zero over large 1×1 convolutions and the process ends: seen from 256 to 1,024 channels, for
/// instance, not with fewer than 2^18 weights. Those go to libtorch's own convolutions too.
/// NNPACK, which libtorch would ask for single images, prints a warning at every call on processors that it does not know; it is not used at all.
/// </summary>
internal static class ConvolutionBackend
{
    private static readonly TorchSetting? s_oneDnn = TorchSetting.UserEnabled("Mkldnn");
    private static readonly TorchSetting? s_nnpack = TorchSetting.UserEnabled("NNPACK");

    /// <summary>Channels must be a multiple of this for oneDNN: the float32 values in the widest vector register that it may use; 1 on processors where nothing wrong is known.</summary>
    public static int Lanes { get; } = HasFeature(16) && !IsLimited ? 16 : HasFeature(5) ? 8 : 1;

    /// <summary>Whether the processor leaves its caches undescribed: CPUID leaf 4, on AMD 0x8000001D, lists none.</summary>
    private static readonly bool s_hidesCaches = X86Base.IsSupported && new[] { 4, unchecked((int)0x8000001D) }.All(leaf => (X86Base.CpuId(leaf, 0).Eax & 0x1F) == 0);

    /// <summary>Weights of a 1×1 convolution from which on oneDNN may end the process on such a processor.</summary>
    private const long LargePointwise = 1 << 18;

    /// <summary>Whether libtorch uses oneDNN now; true where that cannot be told.</summary>
    public static bool UsesOneDnn => s_oneDnn?.Value ?? true;

    /// <summary>oneDNN's own setting keeps it to the registers of older processors. What counts is the environment that the process was started with: on Linux, .NET's own may differ from it.</summary>
    private static bool IsLimited
    {
        get
        {
            const string Variable = "ONEDNN_MAX_CPU_ISA";
            var most = OperatingSystem.IsLinux()
                ? File.ReadAllText("/proc/self/environ").Split('\0').FirstOrDefault(entry => entry.StartsWith(Variable + "=", StringComparison.Ordinal))?[(Variable.Length + 1)..]
                : Environment.GetEnvironmentVariable(Variable);
            return most?.ToUpperInvariant() is { } upper && (upper is "SSE41" or "AVX" || upper.StartsWith("AVX2", StringComparison.Ordinal));
        }
    }

    /// <summary>A bit of CPUID leaf 7, register EBX (5: AVX2, 16: AVX-512F): what oneDNN goes by, whatever .NET was told not to use.</summary>
    private static bool HasFeature(int bit) => X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && ((X86Base.CpuId(7, 0).Ebx >> bit) & 1) == 1;

    /// <summary>A scope in which the network is computed rightly: without oneDNN where that would compute it wrongly, else with it.</summary>
    /// <exception cref="PlatformNotSupportedException">oneDNN would compute this network wrongly and cannot be turned off in this build of libtorch.</exception>
    public static IDisposable For(nn.Module network)
    {
        var isRight = network.modules().Prepend(network).OfType<Conv2d>().All(IsRight);
        if (!isRight && s_oneDnn is null)
        {
            throw new PlatformNotSupportedException(
                FormattableString.Invariant($"This libtorch computes convolutions wrongly on this processor when their channels are not a multiple of {Lanes}, and may crash over 1×1 convolutions with {LargePointwise:N0} weights or more. ")
                + "Give the network such a width, or run it on another machine or a graphics card. See environment.md.");
        }

        return TorchSetting.Scope([.. new[] { isRight ? null : s_oneDnn, s_nnpack }.OfType<TorchSetting>()]);
    }

    /// <summary>Colour or grey images, with up to three channels, are right as they are.</summary>
    private static bool IsRight(Conv2d convolution) =>
        convolution.weight!.device_type != DeviceType.CPU
        || (convolution.out_channels / convolution.groups % Lanes == 0
            && (convolution.in_channels / convolution.groups % Lanes == 0 || (convolution.in_channels <= 3 && convolution.groups == 1))
            && !(s_hidesCaches && convolution.kernel_size.All(size => size == 1) && convolution.weight.numel() >= LargePointwise));
}
