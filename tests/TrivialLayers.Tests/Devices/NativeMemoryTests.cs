namespace TrivialLayers.Tests;

public sealed class NativeMemoryTests
{
    [Fact]
    public async Task Memory_is_kept_when_somebody_asked_and_not_because_the_library_is_in_use()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/lib/x86_64-linux-gnu/libc.so.6"), "The C library is not that of Linux.");
        using var worker = new WorkerProcess("memory");
        Assert.True(await worker.Says("the system, then kept memory"), string.Join('\n', worker.Lines));
    }
}
