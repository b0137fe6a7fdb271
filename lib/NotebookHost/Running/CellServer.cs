using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using NotebookHost.Engine;

namespace NotebookHost.Running;

/// <summary>The inside of the process that runs one notebook: executes the cells it is sent through a named pipe until the pipe closes.</summary>
internal sealed class CellServer : IDisposable
{
    /// <summary>The pipe is there before this process starts, unless the runner has died meanwhile.</summary>
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(30);

    private readonly Lock _writing = new();
    private readonly StreamReader _requests;
    private readonly Stream _pipe;
    private readonly CSharpEngine _engine = new(Environment.CurrentDirectory);
    private CellInterrupt _interrupt = new();

    private CellServer(Stream pipe)
    {
        _pipe = pipe;
        _requests = new StreamReader(pipe, Encoding.UTF8, false, bufferSize: 1 << 16, leaveOpen: true);
    }

    /// <summary>Serves until the runner closes the pipe or is gone; then this process has nothing left to do.</summary>
    public static async Task Serve(string pipeName)
    {
        // Ctrl+C reaches every process of a terminal, SIGTERM every process of a cluster's job; what it means for a cell is the runner's to say.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, static signal => signal.Cancel = true);
        using var pipe = new NamedPipeClientStream(".", pipeName, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        await pipe.ConnectAsync(ConnectTime, CancellationToken.None).ConfigureAwait(false);
        using var server = new CellServer(pipe);
        await server.ServeRequests().ConfigureAwait(false);
        Environment.Exit(0); // also when a cell or a thread it left behind still runs
    }

    public void Dispose()
    {
        _engine.Dispose();
        _interrupt.Dispose();
        _requests.Dispose();
    }

    private async Task ServeRequests()
    {
        var running = Task.CompletedTask;
        while (await CellProtocol.Read<CellRequest>(_requests).ConfigureAwait(false) is { } request)
        {
            if (request is InterruptCell)
            {
                _interrupt.Raise();
            }
            else if (request is ExecuteCell cell)
            {
                await running.ConfigureAwait(false);
                _interrupt.Dispose();
                _interrupt = new CellInterrupt();
                running = Execute(cell, _interrupt);
            }
        }
    }

    private async Task Execute(ExecuteCell cell, CellInterrupt interrupt)
    {
        var result = await _engine.ExecuteAsync(
            cell.Code, happened => Report(new CellHappened(happened)), cell.OwnName, interrupt.Asked, interrupt.Stop, cell.Language).ConfigureAwait(false);
        MarkEnd(cell.EndMark);
        Report(new CellEnded(result.Status, Versions()));
    }

    private void Report(CellReport report)
    {
        lock (_writing)
            CellProtocol.Write(_pipe, report);
    }

    private Dictionary<string, string> Versions()
    {
        var versions = new Dictionary<string, string>();
        foreach (var path in _engine.ReferencedAssemblies)
            versions[Path.GetFileNameWithoutExtension(path)] = FileVersionInfo.GetVersionInfo(path).ProductVersion?.Split('+')[0] ?? "";
        return versions;
    }

    /// <summary>Native code writes past <see cref="Console"/>, straight to the process's own output, which the runner reads too.</summary>
    private static void MarkEnd(string mark)
    {
        if (!OperatingSystem.IsWindows())
            _ = FlushAll(0);
        var bytes = Encoding.UTF8.GetBytes(mark);
        foreach (var open in (Func<Stream>[])[Console.OpenStandardOutput, Console.OpenStandardError])
        {
            using var stream = open();
            stream.Write(bytes);
        }
    }

    /// <summary>C's output is buffered when it goes to a pipe; <c>fflush(NULL)</c> flushes every stream.</summary>
    [DllImport("libc", EntryPoint = "fflush")]
    private static extern int FlushAll(nint stream);
}
