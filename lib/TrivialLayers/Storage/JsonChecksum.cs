using System.Security.Cryptography;
using System.Text.Json;

namespace TrivialLayers;

/// <summary>The checksum that a JSON file of ours carries.</summary>
internal static class JsonChecksum
{
    /// <summary>SHA-256 of a value as it is written, in hexadecimal; its text is never held as a whole.</summary>
    public static string Of<T>(T value, JsonSerializerOptions options)
    {
        using var hash = SHA256.Create();
        using (var hashing = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
            JsonSerializer.Serialize(hashing, value, options);
        return Convert.ToHexStringLower(hash.Hash!);
    }
}
