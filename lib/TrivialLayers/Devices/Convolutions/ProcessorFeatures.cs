using System.Globalization;
using System.Runtime.Intrinsics.X86;

namespace TrivialLayers;

/// <summary>The CPU as oneDNN sees it, which chooses its code by that.</summary>
internal static class ProcessorFeatures
{
    private static readonly string[] s_settings = ["ONEDNN_", "DNNL_"];

    /// <summary>Weights of a 1×1 convolution from which on oneDNN may end the process where caches are not described.</summary>
    private const long LargePointwise = 1 << 18;

    /// <summary>
    /// oneDNN's own settings, as in <c>ONEDNN_MAX_CPU_ISA=AVX2</c>, by name. What counts is the environment that the process was started with: on Linux, .NET's own may differ from it.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = FindSettings();

    /// <summary>Whether a variable of the environment is one of oneDNN's.</summary>
    public static bool IsSetting(string name) => s_settings.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>What is known here of what oneDNN's choice may hang on: the CPU's name and kind, what CPUID says it can do, whether it describes its caches, and the settings.</summary>
    public static string Description { get; } = string.Join("; ", new[] { Machine.Processor, Features(), HidesCaches ? "caches not described" : "caches described" }
        .Concat(Settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => $"{setting.Key}={setting.Value}")));

    /// <summary>float32 values in the widest vector register that oneDNN may use: 16 with AVX-512, 8 with AVX2, else 1.</summary>
    public static int Lanes { get; } = HasFeature(16) && !IsLimited ? 16 : HasFeature(5) ? 8 : 1;

    /// <summary>
    /// Whether a convolution is of those that libtorch 2.10 computes wrongly on some CPUs: its channels do not fill the vector registers (up to three channels of an image do no harm), or it is a
    /// large 1×1 one and caches are not described. This decides where no process can be started to try it.
    /// </summary>
    public static bool IsDoubtful(ConvolutionShape shape) =>
        shape.Out / shape.Groups % Lanes != 0
        || (shape.In / shape.Groups % Lanes != 0 && !(shape.In <= 3 && shape.Groups == 1))
        || (HidesCaches && shape.IsPointwise && shape.Weights >= LargePointwise);

    /// <summary>CPUID leaf 4, on AMD 0x8000001D, lists no cache, as in some virtual machines.</summary>
    private static bool HidesCaches => X86Base.IsSupported && new[] { 4, unchecked((int)0x8000001D) }.All(leaf => (X86Base.CpuId(leaf, 0).Eax & 0x1F) == 0);

    private static bool IsLimited => s_settings.Select(prefix => Settings.GetValueOrDefault(prefix + "MAX_CPU_ISA")?.ToUpperInvariant()).FirstOrDefault(most => most is not null) is { } most
        && (most is "SSE41" or "AVX" || most.StartsWith("AVX2", StringComparison.Ordinal));

    /// <summary>A bit of CPUID leaf 7, register EBX (5: AVX2, 16: AVX-512F): what oneDNN goes by, whatever .NET was told not to use.</summary>
    private static bool HasFeature(int bit) => X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && ((X86Base.CpuId(7, 0).Ebx >> bit) & 1) == 1;

    /// <summary>Leaves 1 and 7 of CPUID, without what differs from core to core.</summary>
    private static string Features()
    {
        if (!X86Base.IsSupported)
            return "";
        var (kind, _, ecx, edx) = X86Base.CpuId(1, 0);
        var leaves = new List<int> { kind, ecx, edx };
        for (var part = 0; part < 2 && X86Base.CpuId(0, 0).Eax >= 7; part++)
        {
            var found = X86Base.CpuId(7, part);
            leaves.AddRange([found.Eax, found.Ebx, found.Ecx, found.Edx]);
        }

        return string.Join(' ', leaves.Select(leaf => leaf.ToString("x8", CultureInfo.InvariantCulture)));
    }

    private static Dictionary<string, string> FindSettings()
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in AtStart().Where(entry => IsSetting(entry.Name)))
            found.TryAdd(name, value);
        return found;
    }

    private static IEnumerable<(string Name, string Value)> AtStart()
    {
        try
        {
            if (OperatingSystem.IsLinux())
                return File.ReadAllText("/proc/self/environ").Split('\0').Select(entry => entry.Split('=', 2)).Where(entry => entry.Length == 2).Select(entry => (entry[0], entry[1])).ToList();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A system that does not show it: .NET's own is the nearest.
        }

        return Environment.GetEnvironmentVariables().Keys.Cast<string>().Select(name => (name, Environment.GetEnvironmentVariable(name) ?? ""));
    }
}
