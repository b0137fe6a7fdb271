using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// libtorch's own mixed precision, which TorchSharp does not pass on: while it lasts, on this thread, convolutions and linear layers round their factors to bfloat16; weights stay float32, normalisation computes in float32.
/// </summary>
internal sealed class Autocast : IDisposable
{
    /// <summary><c>c10::ScalarType::BFloat16</c>.</summary>
    private const int BFloat16 = 15;

    private static readonly Lazy<Calls?> s_calls = new(Calls.Find);

    private readonly Calls _calls = Found();
    private readonly int _device;
    private readonly bool _wasEnabled;
    private readonly int _wasType;

    /// <summary>Begins it for operations on a device.</summary>
    /// <exception cref="PlatformNotSupportedException">This libtorch has it by other names.</exception>
    public Autocast(Device device)
    {
        _device = (int)device.type;
        (_wasEnabled, _wasType) = (_calls.IsEnabled(_device) != 0, _calls.GetScalar(_device));
        _calls.Enter();
        _calls.SetScalar(_device, BFloat16);
        _calls.Enable(_device, 1);
    }

    /// <summary>Returns when this libtorch has it.</summary>
    /// <exception cref="PlatformNotSupportedException">It has it by other names.</exception>
    public static void Demand() => Found();

    private static Calls Found() => s_calls.Value ?? throw new PlatformNotSupportedException($"This libtorch does not support bfloat16 (only on Linux can it be asked to). Use the precision {nameof(Precision.Float32)}.");

    /// <summary>Ends it; the weights that were rounded for it are dropped.</summary>
    public void Dispose()
    {
        _calls.Enable(_device, _wasEnabled ? (byte)1 : (byte)0);
        _calls.SetScalar(_device, _wasType);
        if (_calls.Leave() == 0)
            _calls.Clear();
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate byte DeviceToBool(int device);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void SetDeviceBool(int device, byte value);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate sbyte DeviceToScalar(int device);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void SetDeviceScalar(int device, int value);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Nesting();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void ClearCache();

    private sealed record Calls(DeviceToBool IsEnabled, SetDeviceBool Enable, DeviceToScalar GetScalar, SetDeviceScalar SetScalar, Nesting Enter, Nesting Leave, ClearCache Clear)
    {
        /// <summary>The functions of <c>at::autocast</c> by the names that GCC and Clang give them.</summary>
        public static Calls? Find()
        {
            string[] names =
            [
                "_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE", "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb",
                "_ZN2at8autocast18get_autocast_dtypeEN3c1010DeviceTypeE", "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE",
                "_ZN2at8autocast17increment_nestingEv", "_ZN2at8autocast17decrement_nestingEv", "_ZN2at8autocast11clear_cacheEv",
            ];
            var found = Array.ConvertAll(names, LibTorch.Export);
            return found.Contains(0) ? null : new(
                At<DeviceToBool>(found[0]), At<SetDeviceBool>(found[1]), At<DeviceToScalar>(found[2]), At<SetDeviceScalar>(found[3]), At<Nesting>(found[4]), At<Nesting>(found[5]), At<ClearCache>(found[6]));

            static T At<T>(nint address)
                where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(address);
        }
    }
}
