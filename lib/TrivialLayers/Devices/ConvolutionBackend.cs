using System.Runtime.InteropServices;
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
    private static readonly Setting? s_oneDnn = Setting.Find("Mkldnn");
    private static readonly Setting? s_nnpack = Setting.Find("NNPACK");

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
                $"This libtorch computes convolutions wrongly on this processor when their channels are not a multiple of {Lanes}, and may crash over 1×1 convolutions with {LargePointwise:N0} weights or more. "
                + "Give the network such a width, or run it on another machine or a graphics card. See environment.md.");
        }

        return new Off([.. new[] { isRight ? null : s_oneDnn, s_nnpack }.OfType<Setting>()]);
    }

    /// <summary>Colour or grey images, with up to three channels, are right as they are.</summary>
    private static bool IsRight(Conv2d convolution) =>
        convolution.weight!.device_type != DeviceType.CPU
        || (convolution.out_channels / convolution.groups % Lanes == 0
            && (convolution.in_channels / convolution.groups % Lanes == 0 || (convolution.in_channels <= 3 && convolution.groups == 1))
            && !(s_hidesCaches && convolution.kernel_size.All(size => size == 1) && convolution.weight.numel() >= LargePointwise));

    /// <summary>Settings that are off until the scope ends, then as they were.</summary>
    private sealed class Off : IDisposable
    {
        private readonly IReadOnlyList<Setting> _settings;

        public Off(IReadOnlyList<Setting> settings)
        {
            _settings = settings;
            foreach (var setting in settings)
                setting.Begin();
        }

        public void Dispose()
        {
            foreach (var setting in _settings)
                setting.End();
        }
    }

    /// <summary>A switch of libtorch's context that TorchSharp does not pass on: <c>at::globalContext().setUserEnabled…</c>.</summary>
    private sealed class Setting
    {
        private static readonly string s_context = OperatingSystem.IsWindows() ? "?globalContext@at@@YAAEAVContext@1@XZ" : "_ZN2at13globalContextEv";

        private readonly Lock _lock = new();
        private int _scopes;
        private bool _before;

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

        public bool Value => _get(_context) != 0;

        /// <summary>Off while any scope needs it off, also one on another thread.</summary>
        public void Begin()
        {
            lock (_lock)
            {
                if (_scopes++ > 0)
                    return;
                _before = Value;
                _set(_context, 0);
            }
        }

        public void End()
        {
            lock (_lock)
            {
                if (--_scopes == 0)
                    _set(_context, _before ? (byte)1 : (byte)0);
            }
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
