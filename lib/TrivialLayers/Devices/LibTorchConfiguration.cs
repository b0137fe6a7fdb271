using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace TrivialLayers;

/// <summary>What a loaded libtorch says of itself. TorchSharp's <c>torch.__version__</c> is a constant and says what TorchSharp was built with.</summary>
/// <param name="Torch">Its version.</param>
/// <param name="Cuda">The version of its CUDA runtime, or null.</param>
/// <param name="CuDnn">The version of its cuDNN, or null.</param>
internal sealed partial record LibTorchConfiguration(Version Torch, string? Cuda, string? CuDnn)
{
    /// <summary>The name that <c>at::show_config()</c> has in a libtorch built with the C++ ABI from before 2011.</summary>
    public const string OldAbiSymbol = "_ZN2at11show_configEv";

    /// <summary>The same with the present ABI of GCC's C++ library, in whose layout the text is read.</summary>
    private const string Symbol = "_ZN2at11show_configB5cxx11Ev";

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint ShowConfiguration(nint text);

    /// <summary>The configuration of the libtorch that this process has loaded, or null where it cannot be asked: elsewhere than on Linux, or with another ABI.</summary>
    public static LibTorchConfiguration? OfLoaded() => OperatingSystem.IsLinux() && LibTorch.Function<ShowConfiguration>(Symbol) is { } show ? Parse(Text(show)) : null;

    /// <summary>Reads what <c>at::show_config()</c> prints; null where it does not name a version.</summary>
    public static LibTorchConfiguration? Parse(string text) => TorchVersion().Match(text) is { Success: true } version
        ? new(Version.Parse(version.Groups[1].ValueSpan), First(CudaVersion(), text), CuDnnOf(text))
        : null;

    /// <summary>Why a libtorch does not fit TorchSharp, in a sentence, or null where it fits.</summary>
    /// <param name="found">What it says of itself, or null.</param>
    /// <param name="oldest">The oldest that fits.</param>
    /// <param name="isOldAbi">Whether it was built with the old C++ ABI.</param>
    public static string? WhyUnfit(LibTorchConfiguration? found, Version oldest, bool isOldAbi) =>
        found is null ? isOldAbi ? "it was built with the C++ ABI from before 2011." : "it does not say which version it is."
        : found.Torch < oldest ? $"it is version {found.Torch}." : null;

    public override string ToString() => string.Join(", ", new[] { Torch.ToString(), Cuda is null ? null : $"CUDA {Cuda}", CuDnn is null ? null : $"cuDNN {CuDnn}" }.Where(part => part is not null));

    /// <summary>Calls a C++ function that returns a <c>std::string</c>: by the Itanium ABI it writes to memory of the caller, first the address of the characters and then their number. The text is made once and stays.</summary>
    private static string Text(ShowConfiguration show)
    {
        const int SizeOfString = 32;
        var text = Marshal.AllocHGlobal(SizeOfString);
        show(text);
        return Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(text), (int)Marshal.ReadIntPtr(text, nint.Size));
    }

    /// <summary>
    /// From 9 on, cuDNN numbers its versions otherwise than libtorch's text takes them apart, number / 1000, hundreds, rest: 9.17.1 is 91701 and stands there as 91.7.1.
    /// </summary>
    private static string? CuDnnOf(string text) => First(CuDnnVersion(), text) is not { } printed ? null
        : Version.TryParse(printed, out var parts) && parts.Major >= 90 && ((parts.Major * 1000) + (parts.Minor * 100) + Math.Max(parts.Build, 0)) is var number
            ? $"{number / 10_000}.{number / 100 % 100}.{number % 100}"
            : printed;

    private static string? First(Regex pattern, string text) => pattern.Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"TORCH_VERSION=(\d+\.\d+(\.\d+)?)")]
    private static partial Regex TorchVersion();

    [GeneratedRegex(@"CUDA Runtime (\d+\.\d+)")]
    private static partial Regex CudaVersion();

    [GeneratedRegex(@"CuDNN (\d+(\.\d+)*)")]
    private static partial Regex CuDnnVersion();
}
