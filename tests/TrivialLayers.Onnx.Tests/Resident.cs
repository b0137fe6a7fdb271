using System.Globalization;

namespace TrivialLayers.Tests;

/// <summary>The memory that the process holds, tensors included; 0 where Linux does not tell.</summary>
internal static class Resident
{
    /// <summary>Begins to look for the most, and gives what is held now.</summary>
    public static long Begin()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Peak();
    }

    public static long Peak() => !OperatingSystem.IsLinux() ? 0
        : long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10;
}
