using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers.Runtime;

/// <summary>
/// Which library computes libtorch's convolutions on a processor. In libtorch 2.10 oneDNN reads and writes memory that is not its own in convolutions whose channels do not fill its
/// vector registers: outputs and gradients are wrong or not numbers, the process may end. Against double precision, on an AMD EPYC (Zen 5): relative errors of up to 1 where input or
/// output channels are no multiple of 16 (with AVX-512) or 8 (with AVX2), 1e-6 where they are, and with libtorch's own convolutions. So other networks are computed with the latter.
/// NNPACK, which libtorch would ask for single images, prints a warning at every call on processors that it does not know; it is not used at all.
/// </summary>
internal static class ConvolutionBackend
{
    private static readonly Setting? s_oneDnn = Setting.Find("Mkldnn");
    private static readonly Setting? s_nnpack = Setting.Find("NNPACK");

    /// <summary>Channels must be a multiple of this for oneDNN: the float32 values in the widest vector register that it may use; 1 on processors where nothing wrong is known.</summary>
    public static int Lanes { get; } = Avx512F.IsSupported && !IsLimited ? 16 : Avx2.IsSupported ? 8 : 1;

    /// <summary>Whether libtorch uses oneDNN now; true where that cannot be told.</summary>
    public static bool UsesOneDnn => s_oneDnn?.Value ?? true;

    /// <summary>oneDNN's own setting, read when the process starts, keeps it to the registers of older processors.</summary>
    private static bool IsLimited =>
        Environment.GetEnvironmentVariable("ONEDNN_MAX_CPU_ISA")?.ToUpperInvariant() is { } most && (most is "SSE41" or "AVX" || most.StartsWith("AVX2", StringComparison.Ordinal));

    /// <summary>A scope in which the network is computed rightly: without oneDNN where that would compute it wrongly, else with it.</summary>
    /// <exception cref="PlatformNotSupportedException">oneDNN would compute this network wrongly and cannot be turned off in this build of libtorch.</exception>
    public static IDisposable For(nn.Module network)
    {
        var isRight = network.modules().Prepend(network).OfType<Conv2d>().All(IsRight);
        if (!isRight && s_oneDnn is null)
        {
            throw new PlatformNotSupportedException(
                $"This libtorch computes convolutions wrongly on this processor when their channels are not a multiple of {Lanes}. "
                + "Give the network such a width, or run it on another machine or a graphics card. See environment.md.");
        }

        return new Off([.. new[] { isRight ? null : s_oneDnn, s_nnpack }.OfType<Setting>()]);
    }

    /// <summary>Colour or grey images, with up to three channels, are right as they are.</summary>
    private static bool IsRight(Conv2d convolution) =>
        convolution.weight!.device_type != DeviceType.CPU
        || (convolution.out_channels / convolution.groups % Lanes == 0
            && (convolution.in_channels / convolution.groups % Lanes == 0 || (convolution.in_channels <= 3 && convolution.groups == 1)));

    /// <summary>Settings that are off until the scope ends, then as they were.</summary>
    private sealed class Off : IDisposable
    {
        private readonly IReadOnlyList<(Setting Setting, bool Before)> _settings;

        public Off(IReadOnlyList<Setting> settings)
        {
            _settings = [.. settings.Select(setting => (setting, setting.Value))];
            foreach (var setting in settings)
                setting.Value = false;
        }

        public void Dispose()
        {
            foreach (var (setting, before) in _settings)
                setting.Value = before;
        }
    }

    /// <summary>A switch of libtorch's context that TorchSharp does not pass on: <c>at::globalContext().setUserEnabled…</c>.</summary>
    private sealed class Setting
    {
        private static readonly string s_context = OperatingSystem.IsWindows() ? "?globalContext@at@@YAAEAVContext@1@XZ" : "_ZN2at13globalContextEv";

        private readonly nint _context;
        private readonly GetValue _get;
        private readonly SetValue _set;

        private Setting(nint getContext, nint get, nint set) =>
            (_context, _get, _set) = (
                Marshal.GetDelegateForFunctionPointer<GetContext>(getContext)(),
                Marshal.GetDelegateForFunctionPointer<GetValue>(get),
                Marshal.GetDelegateForFunctionPointer<SetValue>(set));

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate nint GetContext();

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate byte GetValue(nint context);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate void SetValue(nint context, byte value);

        public bool Value
        {
            get => _get(_context) != 0;
            set => _set(_context, value ? (byte)1 : (byte)0);
        }

        /// <summary>The setting of the libtorch that this process has loaded, by its names on Unix and on Windows, or null where it has other names.</summary>
        public static Setting? Find(string name)
        {
            var (get, set) = OperatingSystem.IsWindows()
                ? ($"?userEnabled{name}@Context@at@@QEBA_NXZ", $"?setUserEnabled{name}@Context@at@@QEAAX_N@Z")
                : ($"_ZNK2at7Context{"userEnabled".Length + name.Length}userEnabled{name}Ev", $"_ZN2at7Context{"setUserEnabled".Length + name.Length}setUserEnabled{name}Eb");
            return (LibTorch.Export(s_context), LibTorch.Export(get), LibTorch.Export(set)) is (not 0 and var context, not 0 and var getter, not 0 and var setter)
                ? new Setting(context, getter, setter)
                : null;
        }
    }
}
