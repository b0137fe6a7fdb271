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
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Worker.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(Read(_process.StandardOutput), Read(_process.StandardError)).ContinueWith(_ => _lines.Writer.Complete(), TaskScheduler.Default);
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

    private async Task Read(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
            await _lines.Writer.WriteAsync(line);
    }
}
