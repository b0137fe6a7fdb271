using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace TrivialLayers.Runtime;

/// <summary>On what a result was computed.</summary>
/// <param name="Library">Version of this library.</param>
/// <param name="TorchSharp">Version of TorchSharp.</param>
/// <param name="LibTorch">Version of libtorch.</param>
/// <param name="DotNet">The .NET runtime.</param>
/// <param name="OperatingSystem">The operating system.</param>
/// <param name="Processor">The processor's name.</param>
/// <param name="Threads">Threads torch computes with.</param>
/// <param name="Created">When, in coordinated universal time.</param>
public sealed record Provenance(
    string Library, string TorchSharp, string LibTorch, string DotNet, string OperatingSystem, string Processor, int Threads, DateTimeOffset Created)
{
    /// <summary>This process, now.</summary>
    public static Provenance Current() => new(
        VersionOf(typeof(Provenance).Assembly),
        VersionOf(typeof(torch).Assembly),
        torch.__version__,
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        ProcessorName(),
        torch.get_num_threads(),
        DateTimeOffset.UtcNow);

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version?.ToString() ?? "unknown";

    private static string ProcessorName()
    {
        const string list = "/proc/cpuinfo";
        var line = File.Exists(list) ? File.ReadLines(list).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
