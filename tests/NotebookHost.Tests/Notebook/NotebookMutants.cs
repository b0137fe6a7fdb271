using System.Text.Json.Nodes;

namespace NotebookHost.Tests.Notebook;

/// <summary>Notebooks with random faults in their structure: each is JSON, few are notebooks.</summary>
internal sealed class NotebookMutants(string sample, int seed)
{
    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "4", "1e999", "123456789012345678901234567890", "\"\"", "\"code\"", "\"markdown\"", "\"stream\"", "\"half a pair\"", "\"a,b\"", "[]", "{}",
        "[[]]", "[\"a\", 1]", "{\"a\": {}}", "\"<script>alert(1)</script>\"", "{\"text/html\": [\"<img src=x onerror=alert(1)>\"]}", "\"$$\\\\frac{\"", "[\"\\u001b[31m\"]",
    ];

    private readonly Random _random = new(seed);

    /// <summary>One to three nodes of the sample replaced, removed, doubled or moved.</summary>
    public string Next()
    {
        var root = JsonNode.Parse(sample)!;
        for (var edits = _random.Next(1, 4); edits > 0; edits--)
            Edit(root);
        return root.ToJsonString().Replace("half a pair", "\\ud800", StringComparison.Ordinal);
    }

    private void Edit(JsonNode root)
    {
        var nodes = Descendants(root).ToList();
        if (nodes.Count == 0)
            return;
        var (parent, key) = nodes[_random.Next(nodes.Count)];
        var (other, otherKey) = nodes[_random.Next(nodes.Count)];
        switch (parent, _random.Next(4))
        {
            case (JsonObject o, 0):
                o.Remove((string)key);
                break;
            case (JsonArray a, 0):
                a.RemoveAt((int)key);
                break;
            case (JsonArray a, 1):
                a.Insert((int)key, a[(int)key]?.DeepClone());
                break;
            case (_, 2):
                Set(parent, key, Get(other, otherKey)?.DeepClone());
                break;
            default:
                Set(parent, key, JsonNode.Parse(Values[_random.Next(Values.Length)]));
                break;
        }
    }

    private static JsonNode? Get(JsonNode parent, object key) => parent is JsonObject o ? o[(string)key] : parent[(int)key];

    private static void Set(JsonNode parent, object key, JsonNode? value)
    {
        if (parent is JsonObject o)
            o[(string)key] = value;
        else
            parent[(int)key] = value;
    }

    private static IEnumerable<(JsonNode Parent, object Key)> Descendants(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(m => Descendants(m.Value).Prepend((o, m.Key))),
        JsonArray a => a.SelectMany((item, i) => Descendants(item).Prepend((a, (object)i))),
        _ => [],
    };
}
