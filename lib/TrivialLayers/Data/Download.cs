using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace TrivialLayers;

/// <summary>
/// Brings one file of known length and SHA-256 over HTTP. After an interruption or a stall it asks for the bytes that are missing; what has come stays on disk, so that a later call
/// resumes as well. It gives up after some tries in a row that bring nothing new.
/// </summary>
/// <param name="client">Makes the requests; without a time limit of its own.</param>
/// <param name="patience">How long nothing may come before the connection counts as cut.</param>
/// <param name="pause">How long to wait before the second try; before the third twice as long, and so on.</param>
internal sealed class Download(HttpClient client, TimeSpan patience, TimeSpan pause)
{
    private const int FruitlessTries = 5;

    /// <summary>Downloads to <paramref name="path"/>, going on from the bytes that are there.</summary>
    /// <exception cref="InvalidDataException">The server offers or gave other bytes than expected; what it gave is deleted.</exception>
    /// <exception cref="IOException">The file cannot be had now; what came is kept for the next call.</exception>
    public async Task Get(DatasetDownload file, string path, Action<long, string?> progress, CancellationToken cancellationToken)
    {
        var furthest = LengthOf(path);
        try
        {
            for (var fruitless = 0; await Cut(file, path, progress, cancellationToken).ConfigureAwait(false) is { } cut;)
            {
                var length = LengthOf(path);
                fruitless = length > furthest ? 0 : fruitless + 1;
                furthest = Math.Max(furthest, length);
                if (fruitless == FruitlessTries)
                    throw new IOException($"{file.Url} cannot be downloaded: {FruitlessTries} attempts in a row received no new data. The last one: {cut} {length} of {file.Bytes} bytes are kept; call again to resume.");
                progress(length, $"again after: {cut}");
                await Task.Delay(pause * fruitless, cancellationToken).ConfigureAwait(false);
            }

            await CheckSum(file, path, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (LengthOf(path) == 0)
                File.Delete(path);
        }
    }

    /// <summary>One try: null when the file has its full length, else what ended the connection.</summary>
    private async Task<string?> Cut(DatasetDownload file, string path, Action<long, string?> progress, CancellationToken cancellationToken)
    {
        try
        {
            await Continue(file, path, progress, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return FormattableString.Invariant($"No data received for {patience.TotalSeconds} s.");
        }
        catch (Exception error) when (error is HttpRequestException or HttpIOException or IOException { InnerException: SocketException })
        {
            return error.Message;
        }
    }

    /// <summary>One request for what is missing. Returns when the file has its full length, else throws.</summary>
    private async Task Continue(DatasetDownload file, string path, Action<long, string?> progress, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        stream.Position = stream.Length <= file.Bytes ? stream.Length : 0;
        stream.SetLength(stream.Position);
        if (stream.Position == file.Bytes)
            return;
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stalled.CancelAfter(patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, file.Url);
        if (stream.Position > 0)
            request.Headers.Range = new RangeHeaderValue(stream.Position, null);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stalled.Token).ConfigureAwait(false);
        stream.Position = Start(file, response, stream.Position);
        stream.SetLength(stream.Position);

        await using var body = await response.Content.ReadAsStreamAsync(stalled.Token).ConfigureAwait(false);
        var buffer = new byte[1 << 16];
        while (true)
        {
            stalled.CancelAfter(patience);
            var read = await body.ReadAsync(buffer, stalled.Token).ConfigureAwait(false);
            if (read == 0)
                break;
            if (stream.Position + read > file.Bytes)
                throw Refuse(file, stream, $"more than the expected {file.Bytes} bytes");
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            progress(stream.Position, null);
        }

        if (stream.Position < file.Bytes)
            throw new HttpIOException(HttpRequestError.ResponseEnded, $"The connection ended after {stream.Position} of {file.Bytes} bytes.");
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Where in the file the body of a response begins: where it was asked for, or at 0 from a server that knows no ranges.</summary>
    private static long Start(DatasetDownload file, HttpResponseMessage response, long asked)
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange is { } range)
        {
            if (range.From != asked || (range.Length ?? file.Bytes) != file.Bytes)
                throw new InvalidDataException($"{file.Url} answered with the bytes {range}; expected those from {asked} of {file.Bytes}. The file on the server has changed, or the server is faulty.");
            return asked;
        }

        if (response.StatusCode == HttpStatusCode.OK)
        {
            if (response.Content.Headers.ContentLength is { } length && length != file.Bytes)
                throw new InvalidDataException($"{file.Url} has {length} bytes; expected {file.Bytes}. The file on the server has changed.");
            return 0;
        }

        throw status is >= 500 or 408 or 429
            ? new HttpRequestException($"The server answered {status} {response.ReasonPhrase}.")
            : new IOException(status is >= 300 and < 400
                ? $"{file.Url} cannot be downloaded: the server redirects from one address to the next ({status}, at last to {response.Headers.Location}) and never to the file, or from https to http."
                : $"{file.Url} cannot be downloaded: the server answered {status} {response.ReasonPhrase}.");
    }

    private static async Task CheckSum(DatasetDownload file, string path, CancellationToken cancellationToken)
    {
        string found;
        await using (var stream = File.OpenRead(path))
            found = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
        if (string.Equals(found, file.Sha256, StringComparison.OrdinalIgnoreCase))
            return;
        File.Delete(path);
        throw new InvalidDataException($"{file.Url} returned unexpected content: its SHA-256 is {found}; expected {file.Sha256}. It was deleted. Try again; if this happens again, the file on the server has changed.");
    }

    private static InvalidDataException Refuse(DatasetDownload file, FileStream stream, string found)
    {
        stream.SetLength(0);
        return new InvalidDataException($"{file.Url} sent {found}. Nothing was kept.");
    }

    private static long LengthOf(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;
}
