using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace NotebookHost.Jupyter;

/// <summary>The command <c>kernel</c>.</summary>
internal static class KernelCommand
{
    private const int BadRequest = 2;

    /// <summary>Jupyter's variable with the number of the process that started the kernel.</summary>
    private const string ParentVariable = "JPY_PARENT_PID";

    public static Command Create()
    {
        var file = new Argument<string>("connection-file") { Description = "The connection file written by the front end." };
        var command = new Command("kernel", "Serves a C# notebook to Jupyter, VS Code and other front ends. They start it themselves; see 'install'.") { file };
        command.SetAction((parsed, _) => Serve(parsed.GetValue(file)!));
        return command;
    }

    private static async Task<int> Serve(string connectionFile)
    {
        var log = new KernelLog(Console.Error, TimeProvider.System);
        try
        {
            var kernel = new NotebookKernel(Path.GetFullPath(connectionFile), Environment.CurrentDirectory, log);
            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
            {
                signal.Cancel = true;
                kernel.Interrupt();
            });
            using var ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
            {
                signal.Cancel = true;
                kernel.Stop();
            });
            _ = StopWithParent(kernel);
            await kernel.Serve().ConfigureAwait(false);
            kernel.Dispose();
        }
        catch (KernelException e)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return BadRequest;
        }
        Environment.Exit(0); // also when a cell or a thread it left behind still runs
        return 0;
    }

    /// <summary>A front end that died cannot ask for the shutdown.</summary>
    private static async Task StopWithParent(NotebookKernel kernel)
    {
        if (OperatingSystem.IsWindows() || !int.TryParse(Environment.GetEnvironmentVariable(ParentVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id <= 1)
            return;
        try
        {
            using var parent = Process.GetProcessById(id);
            await parent.WaitForExitAsync().ConfigureAwait(false);
        }
        catch (ArgumentException)
        {
            // It has ended already.
        }
        kernel.Stop();
    }
}
