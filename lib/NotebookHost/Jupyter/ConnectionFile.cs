using System.Text.Json.Nodes;
using NotebookHost.Notebook;

namespace NotebookHost.Jupyter;

/// <summary>Where a kernel listens and with which key messages are signed, as the front end wrote it down before it started the kernel.</summary>
/// <param name="Address">The network address, of this machine's own loopback device unless the front end wants otherwise.</param>
/// <param name="Ports">Channel → TCP port.</param>
/// <param name="Key">The key of the signatures; empty for none.</param>
internal sealed record ConnectionFile(string Address, IReadOnlyDictionary<KernelChannel, int> Ports, string Key)
{
    private static readonly Dictionary<KernelChannel, string> PortNames = new()
    {
        [KernelChannel.Shell] = "shell_port",
        [KernelChannel.Control] = "control_port",
        [KernelChannel.Stdin] = "stdin_port",
        [KernelChannel.Iopub] = "iopub_port",
        [KernelChannel.Heartbeat] = "hb_port",
    };

    /// <exception cref="KernelException">The file is not there or not a connection file.</exception>
    public static ConnectionFile Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotebookFormatException)
        {
            throw new KernelException($"{path} is not a connection file: {e.Message.TrimEnd('.')}.");
        }
    }

    /// <exception cref="NotebookFormatException">The text is not a connection file.</exception>
    public static ConnectionFile Parse(string json)
    {
        var root = JupyterJson.Parse(json) as JsonObject ?? throw new NotebookFormatException("expected a JSON object");
        if (Text(root, "transport", "tcp") is not "tcp" and var transport)
            throw new NotebookFormatException($"transport is {transport}; this kernel supports only tcp");
        if (Text(root, "signature_scheme", "hmac-sha256") is not "hmac-sha256" and var scheme)
            throw new NotebookFormatException($"signature_scheme is {scheme}; this kernel supports only hmac-sha256");
        return new ConnectionFile(Text(root, "ip", "127.0.0.1"), PortNames.ToDictionary(pair => pair.Key, pair => Port(root, pair.Value)), Text(root, "key", ""));
    }

    private static string Text(JsonObject root, string name, string otherwise) =>
        root[name] is null ? otherwise : JupyterJson.Text(root[name]) ?? throw new NotebookFormatException($"{name} is not a string");

    private static int Port(JsonObject root, string name) =>
        root[name] is JsonValue value && value.TryGetValue(out int port) && port is > 0 and <= 65535 ? port : throw new NotebookFormatException($"{name} is not a port number");
}
