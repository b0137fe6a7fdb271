using System.Diagnostics;
using System.Threading.Channels;

namespace TrivialLayers.Tests;

/// <summary>A process of the project Worker; killed when the test is over.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _reading;

    public WorkerProcess(params string[] arguments)
        : this("dotnet", CommandLine(arguments), [])
    {
    }

    private WorkerProcess(string program, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(Read(_process.StandardOutput), Read(_process.StandardError)).ContinueWith(_ => _lines.Writer.Complete(), TaskScheduler.Default);
    }

    /// <summary>One with a variable of its environment set.</summary>
    public static WorkerProcess With(string name, string value, params string[] arguments) => With([(name, value)], arguments);

    /// <summary>One with variables of its environment set.</summary>
    public static WorkerProcess With(IEnumerable<(string Name, string Value)> environment, params string[] arguments) => new("dotnet", CommandLine(arguments), environment);

    /// <summary>One of another build of the program, in a folder of its own, with a variable of its environment set.</summary>
    public static WorkerProcess In(string folder, string name, string value, params string[] arguments) => new("dotnet", CommandLine(arguments, folder), [(name, value)]);

    /// <summary>One that the system kills as it makes a system call for the n-th time; what it printed may be lost.</summary>
    public static WorkerProcess KilledAt(string call, int time, params string[] arguments)
    {
        const string strace = "/usr/bin/strace";
        Assert.SkipUnless(File.Exists(strace), $"{strace} is not installed (Debian's package strace).");
        using (var trial = Process.Start(strace, ["-o", "/dev/null", "true"]))
        {
            trial.WaitForExit();
            Assert.SkipUnless(trial.ExitCode == 0, $"{strace} may not watch processes here.");
        }

        return new(strace, ["-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=SIGKILL:when={time}", "dotnet", .. CommandLine(arguments)], []);
    }

    /// <summary>Everything it printed that was read so far.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Reads until a line holds a text, and says whether one did before the process ended.</summary>
    public async Task<bool> Says(string text)
    {
        await foreach (var line in _lines.Reader.ReadAllAsync())
        {
            Lines.Add(line);
            if (line.Contains(text, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <summary>Ends it with a signal that it cannot catch.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits for the end and gives the exit code; <see cref="Lines"/> then holds every line.</summary>
    public async Task<int> End()
    {
        await Says("\0");
        await _reading;
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static string[] CommandLine(string[] arguments, string? folder = null) => [Path.Combine(folder ?? AppContext.BaseDirectory, "Worker.dll"), .. arguments];

    private async Task Read(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
            await _lines.Writer.WriteAsync(line);
    }
}
