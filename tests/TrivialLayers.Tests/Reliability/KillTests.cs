using System.Diagnostics;

namespace TrivialLayers.Tests;

/// <summary>Trainings that are ended in the middle, by a signal or a full disk: the next call goes on, and the weights are those of a training that nobody disturbed.</summary>
[Trait("Category", "Slow")]
public sealed class KillTests : IDisposable
{
    /// <summary>Writes of a run: the probe of its start, six epochs, weights, probe, three of the record without weights, history, run.</summary>
    private const int Writes = 1 + 6 + 2 + 3 + 2;

    private static readonly int Killed = OperatingSystem.IsWindows() ? -1 : 128 + 9;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Killed_at_random_moments_it_ends_with_the_same_bits()
    {
        var (seed, kills) = (Campaign.Seed(1), Campaign.Tries(3));
        var random = new SplitMix64(seed);
        var expected = await Undisturbed();
        var clock = Stopwatch.StartNew();
        using (var again = new WorkerProcess("train", _folder["again"], "1"))
            AssertSame(expected, again, await again.End());
        var whole = clock.ElapsedMilliseconds;
        var (killed, runs) = (0, 0);
        while (killed < kills)
        {
            var folder = _folder[$"{runs++}"];
            for (var done = false; !done;)
            {
                using var worker = new WorkerProcess("train", folder, "1");
                var end = worker.End();
                done = await Task.WhenAny(end, Task.Delay(random.Below((int)whole))) == end || killed == kills;
                if (done)
                {
                    AssertSame(expected, worker, await end);
                    break;
                }

                worker.Kill();
                var exitCode = await end;
                Assert.True(exitCode == 0 || exitCode == Killed, string.Join('\n', worker.Lines));
                killed += exitCode == Killed ? 1 : 0;
            }

            AssertTidy(folder);
        }

        Campaign.Tell($"killed at random: {killed} kills with seed {seed} in {runs} trainings, {killed} survived, 0 lost");
    }

    [Fact]
    public async Task Killed_before_a_file_is_flushed_or_renamed_it_ends_with_the_same_bits()
    {
        var expected = await Undisturbed();
        (string Call, int Write)[] steps = Campaign.IsFull
            ? [.. Enumerable.Range(1, Writes).SelectMany(write => new[] { ("fsync", write), ("rename", write) })]
            : [("fsync", 2), ("rename", 2), ("rename", Writes - 2), ("rename", Writes)];
        foreach (var (call, write) in steps)
        {
            var folder = _folder[$"{call}-{write}"];
            using (var killed = WorkerProcess.KilledAt(call, write, "train", folder, "1"))
                Assert.Equal(Killed, await killed.End());
            Assert.Single(Directory.GetFiles(folder, "*.tmp", SearchOption.AllDirectories));
            using var next = new WorkerProcess("train", folder, "1");
            AssertSame(expected, next, await next.End());
            AssertTidy(folder);
        }

        Campaign.Tell($"killed inside a write: {steps.Length} kills, {steps.Length} survived, 0 lost");
    }

    [Fact]
    public async Task A_full_disk_is_told_and_what_was_kept_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "Mounting a small disk takes Linux and root.");
        var disk = Directory.CreateDirectory(_folder["disk"]).FullName;
        Assert.SkipUnless(await Ran("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk), "A small disk cannot be mounted here.");
        try
        {
            using var data = SmallData.Split();
            var recipe = new Recipe { Epochs = 3, Batch = 32, LearningRate = 0.05, CropPadding = 1, Flip = false };
            using var whole = Network();
            new RunStore(_folder["whole"]).GetOrTrain(whole, data, recipe, 1);

            using var network = Network();
            var full = new FillAfter(images: 96 + 32, Path.Combine(disk, "filler"));
            var error = Assert.ThrowsAny<IOException>(() => new RunStore(disk).GetOrTrain(network, data, recipe, 1, full));
            Assert.Contains("training.safetensors", error.Message, StringComparison.Ordinal);
            var files = Directory.GetFiles(disk, "*", SearchOption.AllDirectories).Select(Path.GetFileName).ToList();
            Assert.Contains("training.safetensors", files);
            Assert.DoesNotContain(files, file => file!.EndsWith(".tmp", StringComparison.Ordinal));

            File.Delete(Path.Combine(disk, "filler"));
            var goesOn = new FirstReport();
            new RunStore(disk, report: text => Assert.Fail(text)).GetOrTrain(network, data, recipe, 1, goesOn);
            Assert.Equal(96 + 32, goesOn.Done); // after the first epoch
            Assert.Equal(NetworkDescription.WeightsOf(whole), NetworkDescription.WeightsOf(network));
        }
        finally
        {
            await Ran("umount", disk);
        }
    }

    private static ResNet Network() => ResNet.ForSmallImages(8, 16, SmallData.Classes.Length, 1);

    private async Task<string> Undisturbed()
    {
        using var worker = new WorkerProcess("train", _folder["whole"], "1");
        Assert.True(await worker.End() == 0, string.Join('\n', worker.Lines));
        return worker.Lines[^1];
    }

    private static void AssertSame(string expected, WorkerProcess worker, int exitCode)
    {
        Assert.True(exitCode == 0, string.Join('\n', worker.Lines));
        Assert.Equal(expected, worker.Lines[^1]);
    }

    /// <summary>A finished run and nothing beside it: no half-written file, nothing set aside.</summary>
    private static void AssertTidy(string folder)
    {
        var run = Directory.GetDirectories(Path.Combine(folder, "runs")).Single(inside => Path.GetFileName(inside) != "locks");
        RunStore.Read(run);
        Assert.DoesNotContain(Directory.GetFiles(run, "*", SearchOption.AllDirectories), file => file.EndsWith(".tmp", StringComparison.Ordinal) || file.Contains("damaged", StringComparison.Ordinal));
    }

    private static async Task<bool> Ran(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    private sealed class FillAfter(int images, string filler) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value)
        {
            if (value.Done != images)
                return;
            using var file = File.Create(filler);
            try
            {
                while (true)
                {
                    file.Write(new byte[4096]);
                    file.Flush();
                }
            }
            catch (IOException)
            {
                // full
            }
        }
    }

    private sealed class FirstReport : IProgress<ProgressReport>
    {
        public long? Done { get; private set; }

        public void Report(ProgressReport value) => Done ??= value.Done;
    }
}
