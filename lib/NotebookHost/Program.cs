using System.CommandLine;
using NotebookHost.Grid;
using NotebookHost.Jupyter;
using NotebookHost.Publishing;
using NotebookHost.Running;

// A named pipe's other end: this program again, as the process that runs one notebook.
if (args is [NotebookProcess.ServeCommand, var pipeName])
{
    await CellServer.Serve(pipeName);
    return 0;
}

var root = new RootCommand("Runs C# notebooks and grids of them, publishes, serves and formats them.") { RunCommand.Create(), GridCommand.Create(), PublishCommand.Create(), FormatCommand.Create(), InstallCommand.Create(), KernelCommand.Create() };

// After Ctrl+C a running cell has some seconds to end by itself before it is ended, and what ran is written.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
