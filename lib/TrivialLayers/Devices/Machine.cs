using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32;

namespace TrivialLayers;

/// <summary>What this computer calls its CPUs and GPUs.</summary>
internal static class Machine
{
    /// <summary>The CPU's name, for example "Intel(R) Xeon(R) Platinum 8481C CPU"; its architecture when the system gives no name.</summary>
    public static string Processor { get; } = Tidy(FindProcessor()) ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static readonly ConcurrentDictionary<int, string> s_gpus = [];

    /// <summary>The name of the CUDA device <paramref name="index"/>, as the driver's own tool gives it; asked for once.</summary>
    public static string Gpu(int index) => s_gpus.GetOrAdd(index, FindGpu);

    private static string FindGpu(int index)
    {
        var visible = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES")?.Split(',', StringSplitOptions.TrimEntries);
        var id = visible is not null && index < visible.Length ? visible[index] : index.ToString(CultureInfo.InvariantCulture);
        return (CudaRuntime.BusAddress(index) is { } address ? Named(address) : null) ?? Named(id) ?? $"CUDA device {index}";

        static string? Named(string id) => Tidy(FirstLine("nvidia-smi", "--query-gpu=name", "--format=csv,noheader", "--id=" + id));
    }

    private static string? FindProcessor()
    {
        if (OperatingSystem.IsLinux() && File.Exists("/proc/cpuinfo"))
            return File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1];
        if (OperatingSystem.IsWindows())
            return Registry.GetValue(@"HKEY_LOCAL_MACHINE\HARDWARE\DESCRIPTION\System\CentralProcessor\0", "ProcessorNameString", null) as string;
        return OperatingSystem.IsMacOS() ? FirstLine("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string") : null;
    }

    private static string? FirstLine(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
            if (process is null)
                return null;
            var line = process.StandardOutput.ReadLine();
            if (process.WaitForExit(TimeSpan.FromSeconds(5)))
                return process.ExitCode == 0 ? line : null;
            process.Kill();
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // The program is not installed: the name stays unknown.
        }
    }

    private static string? Tidy(string? name) =>
        string.IsNullOrWhiteSpace(name) ? null : string.Join(' ', name.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
