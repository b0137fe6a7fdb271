using System.Diagnostics;
using System.Globalization;

namespace NotebookHost.Tests.Running;

/// <summary>What Ctrl+C sends.</summary>
internal static class Interrupt
{
    /// <summary>Ends a test that cannot be made here.</summary>
    public static void SkipUnlessPossible()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sends a signal with a command of Linux.");
        var mask = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))["SigIgn:".Length..].Trim();
        Assert.SkipWhen((Convert.ToUInt64(mask, 16) & 0b10) != 0, "This process ignores SIGINT, as in the background of a script, and so does what it starts.");
    }

    /// <summary>Sends it.</summary>
    public static void Send(Process process)
    {
        using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
