using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers.Runtime;

/// <summary>
/// The library that computes libtorch's convolutions on a processor. In libtorch 2.10 it reads and writes memory that is not its own in convolutions whose channels do not fill its
/// vector registers: outputs and gradients are wrong or not numbers, the process may end. Against double precision, on an AMD EPYC (Zen 5): relative errors of up to 1 where input or
/// output channels are no multiple of 16 (with AVX-512) or 8 (with AVX2), 1e-6 where they are, and with libtorch's own convolutions. So other networks are computed with the latter.
/// </summary>
internal static class OneDnn
{
    private static readonly Switch? s_switch = Switch.Find();

    /// <summary>Channels must be a multiple of this: the float32 values in the widest vector register that it may use; 1 on processors where nothing wrong is known.</summary>
    public static int Lanes { get; } = Avx512F.IsSupported && !IsLimited ? 16 : Avx2.IsSupported ? 8 : 1;

    /// <summary>Whether libtorch uses oneDNN now; true where that cannot be told.</summary>
    public static bool IsOn => s_switch?.IsOn ?? true;

    /// <summary>oneDNN's own setting, read when the process starts, keeps it to the registers of older processors.</summary>
    private static bool IsLimited =>
        Environment.GetEnvironmentVariable("ONEDNN_MAX_CPU_ISA")?.ToUpperInvariant() is { } most && (most is "SSE41" or "AVX" || most.StartsWith("AVX2", StringComparison.Ordinal));

    /// <summary>A scope in which the network is computed rightly: without oneDNN where that would compute it wrongly, else as it is.</summary>
    /// <exception cref="PlatformNotSupportedException">oneDNN would compute this network wrongly and cannot be turned off in this build of libtorch.</exception>
    public static IDisposable? For(nn.Module network)
    {
        if (network.modules().Prepend(network).OfType<Conv2d>().All(IsRight))
            return null;
        return s_switch?.TurnOff() ?? throw new PlatformNotSupportedException(
            $"This libtorch computes convolutions wrongly on this processor when their channels are not a multiple of {Lanes}. "
            + "Give the network such a width, or run it on another machine or a graphics card. See environment.md.");
    }

    /// <summary>Colour or grey images, with up to three channels, are right as they are.</summary>
    private static bool IsRight(Conv2d convolution) =>
        convolution.weight!.device_type != DeviceType.CPU
        || (convolution.out_channels / convolution.groups % Lanes == 0
            && (convolution.in_channels / convolution.groups % Lanes == 0 || (convolution.in_channels <= 3 && convolution.groups == 1)));

    /// <summary>
    /// libtorch's own settings, which TorchSharp does not pass on, by their names on Unix and on Windows: <c>at::globalContext().setUserEnabledMkldnn</c> and <c>…NNPACK</c>. The latter is
    /// asked next and, where it does not know the processor, warns at every call.
    /// </summary>
    private sealed class Switch
    {
        private static readonly string s_context = OperatingSystem.IsWindows() ? "?globalContext@at@@YAAEAVContext@1@XZ" : "_ZN2at13globalContextEv";

        private readonly IReadOnlyList<Setting> _settings;

        private Switch(IReadOnlyList<Setting> settings) => _settings = settings;

        public bool IsOn => _settings[0].Value;

        /// <summary>The settings of the libtorch that this process has loaded, or null where it has other names.</summary>
        public static Switch? Find()
        {
            if (LibTorch.Export(s_context) is not (not 0 and var getContext))
                return null;
            var context = Marshal.GetDelegateForFunctionPointer<GetContext>(getContext)();
            return Setting.Find(context, "Mkldnn") is { } oneDnn ? new Switch([oneDnn, .. new[] { Setting.Find(context, "NNPACK") }.OfType<Setting>()]) : null;
        }

        /// <summary>Off until the scope ends, then as it was.</summary>
        public IDisposable TurnOff()
        {
            var before = _settings.Select(setting => setting.Value).ToArray();
            foreach (var setting in _settings)
                setting.Value = false;
            return new Scope(() =>
            {
                foreach (var (setting, value) in _settings.Zip(before))
                    setting.Value = value;
            });
        }

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate nint GetContext();

        private sealed class Scope(Action end) : IDisposable
        {
            public void Dispose() => end();
        }
    }

    /// <summary>One switch of libtorch's context.</summary>
    private sealed class Setting
    {
        private readonly nint _context;
        private readonly GetValue _get;
        private readonly SetValue _set;

        private Setting(nint context, nint get, nint set) =>
            (_context, _get, _set) = (context, Marshal.GetDelegateForFunctionPointer<GetValue>(get), Marshal.GetDelegateForFunctionPointer<SetValue>(set));

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate byte GetValue(nint context);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate void SetValue(nint context, byte value);

        public bool Value
        {
            get => _get(_context) != 0;
            set => _set(_context, value ? (byte)1 : (byte)0);
        }

        public static Setting? Find(nint context, string name)
        {
            var (get, set) = OperatingSystem.IsWindows()
                ? ($"?userEnabled{name}@Context@at@@QEBA_NXZ", $"?setUserEnabled{name}@Context@at@@QEAAX_N@Z")
                : ($"_ZNK2at7Context{"userEnabled".Length + name.Length}userEnabled{name}Ev", $"_ZN2at7Context{"setUserEnabled".Length + name.Length}setUserEnabled{name}Eb");
            return (LibTorch.Export(get), LibTorch.Export(set)) is (not 0 and var getter, not 0 and var setter) ? new Setting(context, getter, setter) : null;
        }
    }
}
