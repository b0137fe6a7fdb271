using System.Text.Json;

namespace TrivialLayers.Tests;

/// <summary>Copies of a JSON text with values replaced, removed, doubled or exchanged: most are JSON, few are what the text was.</summary>
internal sealed class JsonMutants
{
    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "1", "-0", "1.5", "1e999", "9223372036854775807", "4611686018427387904", "123456789012345678901234567890", "\"\"", "\"..\"", "\"a/b\"", "\"\\ud800\"",
        "\"\\u0000\"", "\"NaN\"", "[]", "{}", "[[]]", "[null]", "[0]", "[4611686018427387904, 0]", "{\"a\": {}}", "\"2026-01-01T00:00:00Z\"", "\"AAAA\"",
    ];

    private readonly byte[] _json;
    private readonly List<Range> _tokens = [];
    private readonly SplitMix64 _random;

    public JsonMutants(byte[] json, long seed)
    {
        (_json, _random) = (json, new SplitMix64(seed));
        var reader = new Utf8JsonReader(json);
        var open = new Stack<int>();
        while (reader.Read())
        {
            var (start, end) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                open.Push(start);
            else
                _tokens.Add((reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject ? open.Pop() : start)..end);
        }
    }

    /// <summary>One to three changes, from the end to the start, so that the places stay right.</summary>
    public byte[] Next()
    {
        var bytes = _json.ToList();
        var places = Enumerable.Range(0, 1 + _random.Below(3)).Select(_ => _tokens[_random.Below(_tokens.Count)]).OrderByDescending(place => place.Start.Value).ToList();
        for (var i = 0; i < places.Count; i++)
        {
            if (i > 0 && places[i].End.Value > places[i - 1].Start.Value)
                continue; // around or the same as the last change
            var (start, length) = places[i].GetOffsetAndLength(_json.Length);
            byte[] old = _json[places[i]];
            bytes.RemoveRange(start, length);
            bytes.InsertRange(start, _random.Below(6) switch
            {
                0 => [],
                1 => [.. old, (byte)',', .. old],
                2 => _json[_tokens[_random.Below(_tokens.Count)]],
                3 => [.. "["u8, .. old, .. "]"u8],
                _ => System.Text.Encoding.UTF8.GetBytes(Values[_random.Below(Values.Length)]),
            });
        }

        return [.. bytes];
    }
}
