using System.Diagnostics;
using NotebookHost.Tests.Running;

namespace NotebookHost.Tests.Jupyter;

/// <summary>Debian's Jupyter, with this host installed as a kernel in a folder of its own.</summary>
internal sealed class JupyterClient : IDisposable
{
    private const string Executable = "/usr/bin/python3";

    private readonly string _folder = Directory.CreateTempSubdirectory("jupyter-").FullName;

    /// <summary>Skips the test where a module of Debian's Python is missing.</summary>
    public static async Task<JupyterClient> Create(string module, string package)
    {
        var client = new JupyterClient();
        if (!File.Exists(Executable) || (await client.Run("-c", $"import {module}")).ExitCode != 0)
        {
            client.Dispose();
            Assert.Skip($"Debian's {package} is not installed.");
        }
        var (exit, _, error) = await NotebookFolder.Host("install", "--prefix", client._folder);
        Assert.True(exit == 0, error);
        return client;
    }

    /// <summary>Runs Python with this kernel installed.</summary>
    public async Task<(int ExitCode, string Output)> Run(params string[] arguments)
    {
        using var process = Process.Start(Python(arguments))!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }

    /// <summary>How to start Python with this kernel installed, and nothing else of the user's.</summary>
    public ProcessStartInfo Python(params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["JUPYTER_PATH"] = Path.Combine(_folder, "share", "jupyter");
        start.Environment["JUPYTER_RUNTIME_DIR"] = Path.Combine(_folder, "runtime");
        start.Environment["JUPYTER_DATA_DIR"] = Path.Combine(_folder, "data");
        start.Environment["JUPYTER_CONFIG_DIR"] = Path.Combine(_folder, "config");
        return start;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
