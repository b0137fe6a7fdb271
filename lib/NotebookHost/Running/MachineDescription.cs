using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace NotebookHost.Running;

/// <summary>What a reader of a report needs to know about the machine behind its times.</summary>
internal static class MachineDescription
{
    /// <summary>CPU, logical cores, operating system and memory of this machine.</summary>
    public static JsonObject Here() => new()
    {
        ["processor"] = Processor(),
        ["logical_cores"] = Environment.ProcessorCount,
        ["os"] = RuntimeInformation.OSDescription,
        ["memory_gb"] = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1),
    };

    private static string Processor()
    {
        const string linux = "/proc/cpuinfo";
        var line = File.Exists(linux) ? File.ReadLines(linux).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString().ToLower(CultureInfo.InvariantCulture);
    }
}
