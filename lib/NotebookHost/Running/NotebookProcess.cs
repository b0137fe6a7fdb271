using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Text;
using NotebookHost.Engine;

namespace NotebookHost.Running;

/// <summary>
/// A process of its own for the cells of one notebook: this program again, without the terminal. It may crash, hang or run out of memory; the runner does not.
/// </summary>
internal sealed class NotebookProcess : IAsyncDisposable
{
    /// <summary>The hidden command that makes this program the inside of such a process.</summary>
    public const string ServeCommand = "serve-cells";

    /// <summary>How long to wait for the last output of a process that has ended: others may still hold its streams.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly PipeName _name;
    private readonly NamedPipeServerStream _pipe;
    private readonly StreamReader _reports;
    private readonly Lock _sending = new();
    private readonly RawOutput _output;
    private readonly RawOutput _error;
    private readonly Lock _observing = new();
    private Action<CellEvent> _observer = static _ => { };

    private NotebookProcess(Process process, PipeName name, NamedPipeServerStream pipe)
    {
        (_process, _name, _pipe) = (process, name, pipe);
        _reports = new StreamReader(pipe, Encoding.UTF8, false, bufferSize: 1 << 16, leaveOpen: true);
        _output = new RawOutput(process.StandardOutput, text => Observe(new StreamWritten(StreamWritten.StandardOutput, text)));
        _error = new RawOutput(process.StandardError, text => Observe(new StreamWritten(StreamWritten.StandardError, text)));
    }

    /// <summary>The assemblies that the notebook has referenced: name → version.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; private set; } = new Dictionary<string, string>();

    /// <summary>Starts a process whose working folder is the notebook's.</summary>
    /// <param name="folder">That folder.</param>
    /// <param name="environment">Environment variables on top of this process's own; or null.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="NotebookCrashException">It ended before it was ready.</exception>
    public static async Task<NotebookProcess> Start(string folder, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken)
    {
        var name = PipeName.Unique(Path.GetTempPath());
        var pipe = new NamedPipeServerStream(name.Text, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        var start = new ProcessStartInfo(DotNet.Command, ["exec", typeof(NotebookProcess).Assembly.Location, ServeCommand, name.Text])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (variable, value) in environment ?? new Dictionary<string, string>())
            start.Environment[variable] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        var started = new NotebookProcess(process, name, pipe);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var connected = pipe.WaitForConnectionAsync(either.Token);
            if (await Task.WhenAny(connected, process.WaitForExitAsync(either.Token)).ConfigureAwait(false) != connected)
            {
                await either.CancelAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                throw NotebookCrashException.FromExit(process.ExitCode);
            }
            await connected.ConfigureAwait(false);
            return started;
        }
        catch
        {
            await started.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a cell to its end.</summary>
    /// <param name="code">Its text.</param>
    /// <param name="language">The language that it is marked with; <c>null</c> for one that is not known.</param>
    /// <param name="ownName">What errors call a cell without a number; <c>null</c> for one that is counted.</param>
    /// <param name="observer">Receives what the cell gives out, one event at a time.</param>
    /// <param name="interrupt">Interrupts the cell, see <see cref="CellInterrupt"/>; a process that cannot end it is ended itself.</param>
    /// <param name="timeout">Ends the process, and all it started, at once.</param>
    /// <exception cref="NotebookCrashException">The process ended during the cell.</exception>
    public async Task<CellStatus> Execute(string code, string? language, string? ownName, Action<CellEvent> observer, CancellationToken interrupt, CancellationToken timeout)
    {
        lock (_observing)
            _observer = observer;
        var mark = $"\u0001{Guid.NewGuid():N}\n";
        var drained = Task.WhenAll(_output.Expect(mark), _error.Expect(mark));
        await using var interrupting = interrupt.UnsafeRegister(_ => Interrupt(), null).ConfigureAwait(false);
        await using var ending = timeout.UnsafeRegister(_ => Kill(), null).ConfigureAwait(false);
        try
        {
            Send(new ExecuteCell(code, language, ownName, mark));
            while (await CellProtocol.Read<CellReport>(_reports).ConfigureAwait(false) is { } report)
            {
                if (report is CellHappened happened)
                {
                    Observe(happened.Event);
                }
                else if (report is CellEnded ended)
                {
                    Versions = ended.Versions;
                    await Task.WhenAny(drained, Task.Delay(DrainTime, CancellationToken.None)).ConfigureAwait(false);
                    return ended.Status;
                }
            }
        }
        catch (IOException)
        {
            // The pipe broke: the process is ending, and below is said how.
        }
        throw NotebookCrashException.FromExit(await ExitCode().ConfigureAwait(false));
    }

    public async ValueTask DisposeAsync()
    {
        await _pipe.DisposeAsync().ConfigureAwait(false);
        _name.Dispose();
        Kill();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _reports.Dispose();
        _process.Dispose();
    }

    private void Observe(CellEvent happened)
    {
        lock (_observing)
            _observer(happened);
    }

    private void Send(CellRequest request)
    {
        lock (_sending)
            CellProtocol.Write(_pipe, request);
    }

    private void Interrupt()
    {
        try
        {
            Send(new InterruptCell());
        }
        catch (IOException)
        {
            return; // it has ended by itself
        }
        _ = Task.Delay(CellInterrupt.LongestEnd, CancellationToken.None).ContinueWith(_ => Kill(), TaskScheduler.Default);
    }

    private async Task<int> ExitCode()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(_output.Ended, _error.Ended), Task.Delay(DrainTime)).ConfigureAwait(false);
        return _process.ExitCode;
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended already, it or one that it started: that is what was wanted.
        }
    }
}
