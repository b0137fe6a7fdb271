using System.Runtime.InteropServices;

namespace TrivialLayers.Tests;

/// <summary>How libtorch's threads wait, as OpenMP's library itself says when <c>OMP_DISPLAY_ENV</c> asks it.</summary>
public sealed class WaitPolicyTests
{
    public WaitPolicyTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "GNU's OpenMP library is Linux's.");

    [Fact]
    public async Task Threads_wait_busily_for_a_tenth_of_a_millisecond() => Assert.Equal("10000", await SpinCount([]));

    [Fact]
    public async Task A_count_that_the_user_set_counts() => Assert.Equal("77", await SpinCount([("GOMP_SPINCOUNT", "77")]));

    [Fact]
    public async Task A_policy_that_the_user_set_counts() => Assert.Equal("0", await SpinCount([("OMP_WAIT_POLICY", "PASSIVE")]));

    [Fact]
    public void Loading_libtorch_leaves_the_environment_as_it_was()
    {
        Assert.True(Threads.Count >= 1); // it is loaded
        if (Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is null)
            Assert.Equal(0, Native("GOMP_SPINCOUNT"));
    }

    private static async Task<string?> SpinCount((string Name, string Value)[] environment)
    {
        using var worker = WorkerProcess.With([("OMP_DISPLAY_ENV", "VERBOSE"), .. environment], "describe");
        Assert.Equal(0, await worker.End());
        var line = worker.Lines.SingleOrDefault(line => line.Contains("GOMP_SPINCOUNT", StringComparison.Ordinal));
        Assert.SkipWhen(line is null, "This OpenMP library does not tell its settings.");
        return line!.Split('\'')[1];
    }

    [DllImport("libc.so.6", EntryPoint = "getenv")]
    private static extern nint Native([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
