using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TrivialLayers;

/// <summary>
/// What a stored thing is, written down as data: a JSON object whose words are fixed here and not by how the code is spelt. Its SHA-256 is the thing's address. Two identities are equal when
/// their objects are.
/// </summary>
[JsonConverter(typeof(IdentityConverter))]
public sealed class Identity : IEquatable<Identity>
{
    private readonly JsonObject _description;

    /// <summary>Takes a description as the identity of something.</summary>
    /// <param name="description">Names and values; the order of the names does not count. It is copied.</param>
    public Identity(JsonObject description)
    {
        ArgumentNullException.ThrowIfNull(description);
        _description = (JsonObject)description.DeepClone();
        Text = CanonicalJson.Of(_description);
        Address = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));
    }

    /// <summary>The description as canonical JSON: names in ordinal order, no spaces.</summary>
    public string Text { get; }

    /// <summary>SHA-256 of <see cref="Text"/>, in hexadecimal.</summary>
    public string Address { get; }

    /// <summary>The value of one name of the description as a copy, or null.</summary>
    public JsonNode? this[string name] => _description[name]?.DeepClone();

    /// <inheritdoc/>
    public bool Equals(Identity? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Identity);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
