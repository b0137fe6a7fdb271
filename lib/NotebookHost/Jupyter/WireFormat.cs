using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using NotebookHost.Notebook;

namespace NotebookHost.Jupyter;

/// <summary>Messages as frames: identities, a delimiter, the signature, four JSON objects, and perhaps buffers, which nothing here uses.</summary>
/// <param name="key">The key of the signatures; empty for none.</param>
internal sealed class WireFormat(string key)
{
    private static readonly byte[] Delimiter = "<IDS|MSG>"u8.ToArray();
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);

    /// <exception cref="MalformedMessageException">Frames are missing, the signature is wrong, or a part is not JSON.</exception>
    public KernelMessage Read(IReadOnlyList<byte[]> frames)
    {
        var delimiter = frames.TakeWhile(frame => !frame.AsSpan().SequenceEqual(Delimiter)).Count();
        if (frames.Count < delimiter + 6)
            throw new MalformedMessageException($"A message of {frames.Count} frames is incomplete.");
        var parts = frames.Skip(delimiter + 2).Take(4).ToArray();
        if (!CryptographicOperations.FixedTimeEquals(frames[delimiter + 1], Encoding.ASCII.GetBytes(Sign(parts))))
            throw new MalformedMessageException("A message has an invalid signature.");
        var objects = Array.ConvertAll(parts, Parse);
        var message = new KernelMessage([.. frames.Take(delimiter)], objects[0], objects[1], objects[2], objects[3]);
        return message.Type.Length > 0 ? message : throw new MalformedMessageException("A message has no type.");
    }

    /// <summary>The frames of a message.</summary>
    public List<byte[]> Write(KernelMessage message)
    {
        byte[][] parts = [.. new[] { message.Header, message.ParentHeader, message.Metadata, message.Content }.Select(part => Utf8.GetBytes(part.ToJsonString()))];
        return [.. message.Identities, Delimiter, Encoding.ASCII.GetBytes(Sign(parts)), .. parts];
    }

    /// <summary>HMAC-SHA256 over the four parts, in hexadecimal; empty without a key.</summary>
    private string Sign(byte[][] parts) => _key.Length == 0 ? "" : Convert.ToHexStringLower(HMACSHA256.HashData(_key, parts.SelectMany(part => part).ToArray()));

    private static JsonObject Parse(byte[] json)
    {
        try
        {
            return JupyterJson.Parse(Utf8.GetString(json)) as JsonObject ?? throw new MalformedMessageException("A part of a message is not a JSON object.");
        }
        catch (Exception e) when (e is NotebookFormatException or DecoderFallbackException)
        {
            throw new MalformedMessageException($"A part of a message is not JSON: {e.Message}.");
        }
    }
}
