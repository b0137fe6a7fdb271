using System.Text.RegularExpressions;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// One seed, the same bits, on a GPU too: libtorch takes the algorithms whose sums have a fixed order, and does not choose by trying which is fastest today. A CPU has no others. New memory is not
/// filled for it: what is read here was written before.
/// </summary>
internal static partial class Determinism
{
    private static readonly TorchSetting?[] s_settings =
    [
        TorchSetting.Find("deterministicCuDNN", "setDeterministicCuDNN", wanted: true),
        TorchSetting.Find("benchmarkCuDNN", "setBenchmarkCuDNN", wanted: false),
        TorchSetting.Find("deterministicFillUninitializedMemory", "setDeterministicFillUninitializedMemory", wanted: false),
        TorchSetting.Find("deterministicAlgorithms", "setDeterministicAlgorithms", wanted: true, warns: true),
    ];

    /// <summary>A scope in which a device computes the same bits from the same numbers.</summary>
    /// <exception cref="PlatformNotSupportedException">The device is a GPU, and this libtorch cannot be asked for it.</exception>
    public static IDisposable On(Device device) => device.type != DeviceType.CUDA ? TorchSetting.Scope([])
        : s_settings.Any(setting => setting is null)
            ? throw new PlatformNotSupportedException($"This libtorch has no deterministic mode. Set the recipe's Deterministic to false: two training runs with one seed may then differ.")
            : TorchSetting.Scope([.. s_settings.OfType<TorchSetting>()]);

    /// <summary>The operation that has no deterministic form, when that is what libtorch says.</summary>
    public static string? OperationIn(Exception error) => Refusal().Match(error.Message) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>What to say of such an operation.</summary>
    public static NotSupportedException Refused(string operation, Exception error) => new(
        $"The network uses {operation}, which has no deterministic implementation on this GPU. Set the recipe's Deterministic to false (the run then has another address): two training runs with one seed may then differ. Or train on the CPU.", error);

    [GeneratedRegex(@"(\S+) does not have a deterministic implementation")]
    private static partial Regex Refusal();
}
