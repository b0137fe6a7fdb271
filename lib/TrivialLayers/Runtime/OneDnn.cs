using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers.Runtime;

/// <summary>
/// The library that computes libtorch's convolutions on a processor. In libtorch 2.10, on a processor with AVX-512, it reads memory that nobody wrote in convolutions with fewer
/// than 16 channels: gradients are wrong or not numbers, a 1×1 convolution with a stride may crash, and outputs can differ between two calls. Against double precision, on an AMD
/// EPYC (Zen 5): relative error of gradients up to 0.15 below 16 channels, 1e-6 from 16 on and with libtorch's own convolutions. So narrow networks are computed with the latter.
/// </summary>
internal static class OneDnn
{
    /// <summary>Channels from which on it is right.</summary>
    public const int Wide = 16;

    private static readonly Switch? s_switch = Switch.Find();

    /// <summary>Whether libtorch uses oneDNN now; true where that cannot be told.</summary>
    public static bool IsOn => s_switch?.IsOn ?? true;

    /// <summary>A scope in which the network is computed rightly: without oneDNN where that would compute it wrongly, else as it is.</summary>
    /// <exception cref="PlatformNotSupportedException">oneDNN would compute this network wrongly and cannot be turned off in this build of libtorch.</exception>
    public static IDisposable? For(nn.Module network)
    {
        if (!Avx512F.IsSupported || !network.modules().Prepend(network).OfType<Conv2d>().Any(IsNarrow))
            return null;
        return s_switch?.TurnOff() ?? throw new PlatformNotSupportedException(
            $"This libtorch computes convolutions with fewer than {Wide} channels wrongly on processors with AVX-512. "
            + "Make the network wider, or run it on another machine or a graphics card. See environment.md.");
    }

    private static bool IsNarrow(Conv2d convolution) =>
        convolution.weight!.device_type == DeviceType.CPU
        && (convolution.out_channels / convolution.groups < Wide || (convolution.in_channels / convolution.groups < Wide && convolution.in_channels > 3));

    /// <summary>libtorch's own setting, which TorchSharp does not pass on: <c>at::globalContext().setUserEnabledMkldnn</c>, by its names on Unix and on Windows.</summary>
    private sealed class Switch
    {
        private static readonly (string Context, string Get, string Set) s_names = OperatingSystem.IsWindows()
            ? ("?globalContext@at@@YAAEAVContext@1@XZ", "?userEnabledMkldnn@Context@at@@QEBA_NXZ", "?setUserEnabledMkldnn@Context@at@@QEAAX_N@Z")
            : ("_ZN2at13globalContextEv", "_ZNK2at7Context17userEnabledMkldnnEv", "_ZN2at7Context20setUserEnabledMkldnnEb");

        private readonly nint _context;
        private readonly GetSetting _get;
        private readonly SetSetting _set;

        private Switch(nint context, nint get, nint set)
        {
            _context = Marshal.GetDelegateForFunctionPointer<GetContext>(context)();
            _get = Marshal.GetDelegateForFunctionPointer<GetSetting>(get);
            _set = Marshal.GetDelegateForFunctionPointer<SetSetting>(set);
        }

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate nint GetContext();

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate byte GetSetting(nint context);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate void SetSetting(nint context, byte value);

        public bool IsOn => _get(_context) != 0;

        /// <summary>The setting of the libtorch that this process has loaded, or null where it has other names.</summary>
        public static Switch? Find() =>
            (LibTorch.Export(s_names.Context), LibTorch.Export(s_names.Get), LibTorch.Export(s_names.Set)) is (not 0, not 0, not 0) and var (context, get, set)
                ? new Switch(context, get, set)
                : null;

        /// <summary>Off until the scope ends, then as it was.</summary>
        public IDisposable TurnOff()
        {
            var before = IsOn;
            _set(_context, 0);
            return new Scope(() => _set(_context, before ? (byte)1 : (byte)0));
        }

        private sealed class Scope(Action end) : IDisposable
        {
            public void Dispose() => end();
        }
    }
}
