using System.Diagnostics;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Jupyter;

/// <summary>Debian's Jupyter Notebook, serving a copy of this repository's notebooks beside its library and data; new runs go to a folder of its own.</summary>
internal sealed class NotebookServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("notebook-server-").FullName;
    private readonly JupyterClient _jupyter;
    private readonly Process _server;

    private NotebookServer(JupyterClient jupyter)
    {
        _jupyter = jupyter;
        var notebooks = Directory.CreateDirectory(Path.Combine(_folder, "notebooks")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "notebooks")))
            File.Copy(file, Path.Combine(notebooks, Path.GetFileName(file)));
        foreach (var name in new[] { "lib", "data", "Notebooks.sln" })
            File.CreateSymbolicLink(Path.Combine(_folder, name), Path.Combine(RepositoryRoot.Path, name));
        var port = KernelClient.FreePorts(1)[0];
        Root = new Uri($"http://127.0.0.1:{port}/");
        var start = jupyter.Python(
            "-m", "notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", $"--port={port}", "--port-retries=0", "--NotebookApp.token=", "--NotebookApp.password=", $"--notebook-dir={notebooks}");
        start.Environment["TRIVIAL_LAYERS_RUNS"] = Path.Combine(_folder, "runs");
        _server = Process.Start(start)!;
        _server.OutputDataReceived += (_, _) => { };
        _server.ErrorDataReceived += (_, line) => Log += line.Data + "\n";
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
    }

    /// <summary>The server's address.</summary>
    public Uri Root { get; }

    /// <summary>What the server and its kernels have written.</summary>
    public string Log { get; private set; } = "";

    /// <summary>Starts a server and waits until it answers. Skips the test where Notebook is missing.</summary>
    public static async Task<NotebookServer> Start()
    {
        var server = new NotebookServer(await JupyterClient.Create("notebook", "jupyter-notebook"));
        using var http = new HttpClient();
        var began = Stopwatch.StartNew();
        while (began.Elapsed < TimeSpan.FromSeconds(60) && !server._server.HasExited)
        {
            try
            {
                await http.GetStringAsync(new Uri(server.Root, "api"));
                return server;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100);
            }
        }

        var log = server.Log;
        await server.DisposeAsync();
        throw new InvalidOperationException($"Notebook does not answer. {log}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_server.HasExited)
            _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
        _server.Dispose();
        _jupyter.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
