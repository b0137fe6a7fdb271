using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using NetMQ;
using NetMQ.Sockets;
using NotebookHost.Jupyter;

namespace NotebookHost.Tests.Jupyter;

/// <summary>The built host as a kernel process, and a front end that talks to it.</summary>
public sealed class KernelClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("kernel-").FullName;
    private readonly string _connectionFile;
    private readonly JsonObject _connection;
    private readonly DealerSocket _shell = new();
    private readonly DealerSocket _control = new();
    private readonly DealerSocket _stdin = new();
    private readonly SubscriberSocket _iopub = new();
    private readonly WireFormat _wire = new("secret");
    private string _log = "";

    public KernelClient()
    {
        _connection = new JsonObject { ["ip"] = "127.0.0.1", ["transport"] = "tcp", ["key"] = "secret", ["signature_scheme"] = "hmac-sha256" };
        foreach (var (name, port) in new[] { "shell_port", "control_port", "stdin_port", "iopub_port", "hb_port" }.Zip(FreePorts(5)))
            _connection[name] = port;
        _connectionFile = Path.Combine(_folder, "connection.json");
        File.WriteAllText(_connectionFile, _connection.ToJsonString());
        foreach (var socket in new[] { _shell, _control, _stdin })
            socket.Options.Identity = "front end"u8.ToArray();
        _shell.Connect(Address("shell_port"));
        _control.Connect(Address("control_port"));
        _stdin.Connect(Address("stdin_port"));
        _iopub.Connect(Address("iopub_port"));
        _iopub.SubscribeToAnyTopic();
        Kernel = Start();
    }

    /// <summary>The kernel's process.</summary>
    public Process Kernel { get; private set; }

    /// <summary>The address of a channel.</summary>
    public string Address(string port) => $"tcp://127.0.0.1:{(int)_connection[port]!}";

    /// <summary>Starts the kernel again with the same connection file, as front ends do after a crash.</summary>
    public void Restart()
    {
        Kernel.Dispose();
        Kernel = Start();
    }

    /// <summary>What the kernel has logged.</summary>
    public string Log => _log;

    /// <summary>Sends a request; returns its id.</summary>
    internal string Send(string type, JsonObject content, bool control = false, WireFormat? wire = null)
    {
        var message = KernelMessage.Create(type, "session", [], [], content);
        (control ? _control : _shell).SendMultipartBytes((wire ?? _wire).Write(message));
        return (string)message.Header["msg_id"]!;
    }

    /// <summary>Waits for the reply to a request.</summary>
    internal JsonObject Reply(string id, bool control = false)
    {
        for (; ; )
        {
            var message = Receive(control ? _control : _shell);
            if ((string?)message.ParentHeader["msg_id"] == id)
                return message.Content;
        }
    }

    /// <summary>The next message to all.</summary>
    internal KernelMessage NextBroadcast() => Receive(_iopub);

    /// <summary>Sends a request and waits until the kernel is idle again.</summary>
    internal Answer Ask(string type, JsonObject content, Action<KernelMessage>? observer = null)
    {
        var id = Send(type, content);
        var broadcasts = new List<KernelMessage>();
        do
        {
            var message = Receive(_iopub);
            if ((string?)message.ParentHeader["msg_id"] != id)
                continue;
            broadcasts.Add(message);
            observer?.Invoke(message);
        }
        while (broadcasts.Count == 0 || (string?)broadcasts[^1].Content["execution_state"] != "idle");
        return new Answer(Reply(id), broadcasts);
    }

    /// <summary>Runs a cell.</summary>
    internal Answer Execute(string code, Action<KernelMessage>? observer = null) => Ask("execute_request", new JsonObject { ["code"] = code }, observer);

    /// <summary>Waits for the question of a cell to the user and answers it.</summary>
    internal JsonObject AnswerQuestion(KernelMessage ofCell, string text)
    {
        KernelMessage question;
        do
            question = Receive(_stdin);
        while ((string?)question.ParentHeader["msg_id"] != (string?)ofCell.ParentHeader["msg_id"]); // an interrupted cell's stays unanswered
        Assert.Equal("input_request", question.Type);
        _stdin.SendMultipartBytes(_wire.Write(KernelMessage.Create("input_reply", "session", [], question.Header, new JsonObject { ["value"] = text })));
        return question.Content;
    }

    /// <summary>Interrupts the running cell, and again: it need not be asked politely.</summary>
    internal void InterruptTwice()
    {
        for (var i = 0; i < 2; i++)
            Reply(Send("interrupt_request", [], control: true), control: true);
    }

    public void Dispose()
    {
        if (!Kernel.HasExited)
            Kernel.Kill(entireProcessTree: true);
        Kernel.WaitForExit();
        Kernel.Dispose();
        foreach (var socket in new NetMQSocket[] { _shell, _control, _stdin, _iopub })
            socket.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(NotebookHost.Engine.DotNet.Command, ["exec", typeof(NotebookKernel).Assembly.Location, "kernel", _connectionFile])
        {
            WorkingDirectory = _folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => _log += line.Data + "\n";
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        WaitUntilHeard();
        return process;
    }

    /// <summary>Broadcasts are heard only once the subscription has reached the kernel; some of a kernel before it may still come.</summary>
    private void WaitUntilHeard()
    {
        var began = Stopwatch.StartNew();
        var asked = new HashSet<string?>();
        var frames = new List<byte[]>();
        do
        {
            Assert.True(began.Elapsed < Patience, $"The kernel does not answer. {_log}");
            asked.Add(Send("kernel_info_request", []));
        }
        while (!_iopub.TryReceiveMultipartBytes(TimeSpan.FromMilliseconds(300), ref frames) || !asked.Contains((string?)_wire.Read(frames).ParentHeader["msg_id"]));
        while (_iopub.TryReceiveMultipartBytes(TimeSpan.FromMilliseconds(300), ref frames))
        {
            // What belongs to those requests.
        }
    }

    private KernelMessage Receive(NetMQSocket socket)
    {
        var frames = new List<byte[]>();
        Assert.True(socket.TryReceiveMultipartBytes(Patience, ref frames), $"The kernel says nothing. {_log}");
        return _wire.Read(frames);
    }

    internal static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.ConvertAll(listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    /// <summary>A reply and the messages to all that came before it.</summary>
    internal sealed record Answer(JsonObject Reply, IReadOnlyList<KernelMessage> Broadcasts)
    {
        public string Status => (string)Reply["status"]!;

        public IEnumerable<string> Types => Broadcasts.Select(message => message.Type);

        public string Output => string.Concat(Contents("stream").Select(content => (string?)content["text"]));

        public string? Result => (string?)Contents("execute_result").SingleOrDefault()?["data"]!["text/plain"];

        public IEnumerable<JsonObject> Contents(string type) => Broadcasts.Where(message => message.Type == type).Select(message => message.Content);
    }
}
