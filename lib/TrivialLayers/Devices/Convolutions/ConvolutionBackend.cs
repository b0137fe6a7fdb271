using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Which library computes libtorch's convolutions on a CPU: oneDNN, which is fast, unless it computes one of a network's wrongly here. On some machines oneDNN in libtorch 2.10 reads and writes
/// memory that is not its own in convolutions whose channels do not fill its vector registers: outputs and gradients are wrong or not numbers, the process may end. Seen on an AMD EPYC (Zen 5) in a
/// virtual machine: relative errors of up to 1 where input or output channels are not a multiple of 16 (with AVX-512) or 8 (with AVX2), 1e-6 where they are. Where the CPU did not tell its caches,
/// it also divided by zero over large 1×1 convolutions, and the process ended: from 256 to 1,024 channels, for instance, not with fewer than 2^18 weights. On other machines all of them are right.
/// So each shape is tried, see <see cref="ConvolutionTrials"/>. NNPACK, which libtorch would ask for single images, prints a warning at every call on CPUs that it does not know; it is not used
/// at all.
/// </summary>
internal static class ConvolutionBackend
{
    private static readonly TorchSetting? s_oneDnn = TorchSetting.UserEnabled("Mkldnn");
    private static readonly TorchSetting? s_nnpack = TorchSetting.UserEnabled("NNPACK");

    private static readonly bool s_hasOneDnn = HasOneDnn();

    private static readonly ConvolutionTrials s_trials = new(
        UserCache.Folder is { } cache ? Path.Combine(cache, "convolutions") : null,
        (folder, arguments) => ChildProcess.Start(folder, ConvolutionCheck.Main, arguments),
        patience: TimeSpan.FromSeconds(30));

    private static int s_told;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate byte Ask();

    /// <summary>Whether libtorch uses oneDNN now; true where that cannot be told.</summary>
    public static bool UsesOneDnn => s_hasOneDnn && (s_oneDnn?.Value ?? true);

    /// <summary>A scope in which the network is computed rightly: without oneDNN where that would compute it wrongly, else with it. The first time that this costs speed in a process, a line on the
    /// error output says so.</summary>
    /// <param name="network">The network.</param>
    /// <param name="precision">In which its convolutions are computed.</param>
    /// <exception cref="PlatformNotSupportedException">oneDNN would compute this network wrongly and cannot be turned off in this build of libtorch.</exception>
    public static IDisposable For(nn.Module network, Precision precision = Precision.Float32)
    {
        Threads.Choose(); // what is right may depend on their number
        var wrong = s_hasOneDnn && ConvolutionShape.Of(network, precision) is { Count: > 0 } shapes ? s_trials.FirstWrong(shapes, get_num_threads()) : null;
        if (wrong is { } found)
        {
            var (shape, fault) = found;
            if (s_oneDnn is null)
                throw new PlatformNotSupportedException($"This libtorch computes {shape} with oneDNN, which cannot be turned off: {fault}. Give the network a width that is a multiple of 16, or run it on another machine or a GPU. See environment.md.");
            if (Interlocked.Exchange(ref s_told, 1) == 0)
                Console.Error.WriteLine(InWords(shape, fault));
        }

        return TorchSetting.Scope([.. new[] { wrong is null ? null : s_oneDnn, s_nnpack }.OfType<TorchSetting>()]);
    }

    /// <summary>What is said of a network that is computed without oneDNN.</summary>
    internal static string InWords(ConvolutionShape shape, string fault) =>
        $"oneDNN, the library with which libtorch convolves on this CPU, is disabled for networks with {shape}: {fault}. They are computed correctly but several times slower. "
        + "See environment.md, \"Widths that libtorch computes wrongly\".";

    /// <summary>Whether this libtorch was built with oneDNN; true where that cannot be told.</summary>
    private static bool HasOneDnn() =>
        LibTorch.Function<Ask>(OperatingSystem.IsWindows() ? "?hasMKLDNN@Context@at@@SA_NXZ" : "_ZN2at7Context9hasMKLDNNEv") is not { } ask || ask() != 0;
}
