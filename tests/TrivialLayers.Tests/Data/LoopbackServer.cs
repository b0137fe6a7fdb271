using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TrivialLayers.Tests;

/// <summary>A web server on this machine that answers as a test tells it to, lies included: one connection a request.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Request, Task> _answer;
    private readonly Task _serving;

    public LoopbackServer(Func<Request, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = Serve();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    /// <summary>How many requests came.</summary>
    public int Requests { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    private async Task Serve()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var connection = await _listener.AcceptTcpClientAsync(_stop.Token);
                connection.NoDelay = true;
                await using var stream = connection.GetStream();
                if (await Request.Read(stream, ++Requests, _stop.Token) is { } request)
                    await _answer(request);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    internal sealed record Request(int Number, string Path, long? From, Stream Stream, CancellationToken Stop)
    {
        public static async Task<Request?> Read(Stream stream, int number, CancellationToken stop)
        {
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            var path = (await reader.ReadLineAsync(stop))?.Split(' ')[1];
            long? from = null;
            while (await reader.ReadLineAsync(stop) is { Length: > 0 } line)
            {
                if (line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                    from = long.Parse(line[13..].TrimEnd('-'), CultureInfo.InvariantCulture);
            }

            return path is null ? null : new Request(number, path, from, stream, stop);
        }

        /// <summary>Answers as a good server does, but ends after some bytes of the body.</summary>
        public Task Give(byte[] file, int cutAfter = int.MaxValue)
        {
            var body = file[(int)(From ?? 0)..];
            var head = From is null
                ? $"200 OK\r\nContent-Length: {body.Length}"
                : $"206 Partial Content\r\nContent-Range: bytes {From}-{file.Length - 1}/{file.Length}\r\nContent-Length: {body.Length}";
            return Send(head, body[..Math.Min(cutAfter, body.Length)]);
        }

        public async Task UntilTheClientGoes() => await Stream.CopyToAsync(Stream.Null, Stop);

        public async Task Send(string head, byte[] body)
        {
            await Stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n"), Stop);
            await Stream.WriteAsync(body, Stop);
        }
    }
}
