using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TrivialLayers;

/// <summary>Makes independent seeds from one.</summary>
public static class Seeds
{
    /// <summary>A seed for one purpose: the first 63 bits of SHA-256 over seed and purpose. Different purposes draw independently.</summary>
    /// <param name="seed">The seed the user chose.</param>
    /// <param name="purpose">What is drawn, for example <c>weights</c>.</param>
    public static long Derive(long seed, string purpose) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}\n{purpose}")))) & long.MaxValue;
}
