using NetMQ;
using NetMQ.Sockets;

namespace NotebookHost.Jupyter;

/// <summary>The five sockets and the one thread that touches them. Messages go out in the order in which they were given, from any thread.</summary>
internal sealed class KernelSockets : IDisposable
{
    private readonly Dictionary<KernelChannel, NetMQSocket> _sockets = [];
    private readonly NetMQQueue<(KernelChannel Channel, List<byte[]> Frames, TaskCompletionSource? Sent)> _outgoing = new();
    private readonly NetMQPoller _poller;
    private readonly WireFormat _wire;
    private readonly Action<KernelChannel, KernelMessage> _receiver;
    private readonly KernelLog _log;

    /// <param name="connection">Where to listen.</param>
    /// <param name="receiver">Receives the messages of shell, control and stdin, on the sockets' thread; it must not wait.</param>
    /// <param name="log">Hears of what was dropped.</param>
    /// <exception cref="KernelException">An address cannot be listened on.</exception>
    public KernelSockets(ConnectionFile connection, Action<KernelChannel, KernelMessage> receiver, KernelLog log)
    {
        (_wire, _receiver, _log) = (new WireFormat(connection.Key), receiver, log);
        _sockets[KernelChannel.Iopub] = new PublisherSocket();
        _sockets[KernelChannel.Heartbeat] = new RouterSocket();
        foreach (var channel in (KernelChannel[])[KernelChannel.Shell, KernelChannel.Control, KernelChannel.Stdin])
            _sockets[channel] = new RouterSocket();
        _poller = [_outgoing];
        foreach (var (channel, socket) in _sockets)
            Listen(channel, socket, $"tcp://{connection.Address}:{connection.Ports[channel]}");
        _outgoing.ReceiveReady += (_, ready) => SendAll(ready.Queue);
    }

    /// <summary>Begins to receive.</summary>
    public void Start() => _poller.RunAsync("sockets", isBackgroundThread: true);

    /// <summary>Sends a message.</summary>
    public void Send(KernelChannel channel, KernelMessage message) => _outgoing.Enqueue((channel, _wire.Write(message), null));

    /// <summary>Completes when everything given before has been handed to the sockets.</summary>
    public Task Flush()
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _outgoing.Enqueue((KernelChannel.Shell, [], sent));
        return sent.Task;
    }

    public void Dispose()
    {
        _poller.Dispose();
        foreach (var socket in _sockets.Values)
            socket.Dispose();
        _outgoing.Dispose();
        NetMQConfig.Cleanup(block: true); // waits until the last messages have gone out
    }

    private void Listen(KernelChannel channel, NetMQSocket socket, string address)
    {
        socket.Options.SendHighWatermark = 0; // a limit would drop outputs
        socket.Options.Linger = TimeSpan.FromSeconds(1);
        try
        {
            socket.Bind(address);
        }
        catch (NetMQException e)
        {
            throw new KernelException($"Cannot listen on {address} for {channel}: {e.Message}");
        }
        if (channel == KernelChannel.Iopub)
            return;
        socket.ReceiveReady += channel == KernelChannel.Heartbeat ? static (_, ready) => Echo(ready.Socket) : (_, ready) => Receive(channel, ready.Socket);
        _poller.Add(socket);
    }

    private static void Echo(NetMQSocket socket)
    {
        var frames = socket.ReceiveMultipartBytes();
        socket.TrySendMultipartBytes(TimeSpan.Zero, frames);
    }

    private void Receive(KernelChannel channel, NetMQSocket socket)
    {
        var frames = socket.ReceiveMultipartBytes();
        try
        {
            _receiver(channel, _wire.Read(frames));
        }
        catch (MalformedMessageException e)
        {
            _log.Write($"Dropped on {channel}: {e.Message}");
        }
    }

    private void SendAll(NetMQQueue<(KernelChannel Channel, List<byte[]> Frames, TaskCompletionSource? Sent)> queue)
    {
        while (queue.TryDequeue(out var item, TimeSpan.Zero))
        {
            if (item.Sent is null)
                _sockets[item.Channel].TrySendMultipartBytes(TimeSpan.Zero, item.Frames);
            else
                item.Sent.SetResult();
        }
    }
}
