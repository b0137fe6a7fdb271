using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>SHA-256 of operators, attributes, wiring and numbers: what the modules of a network do not say. Names of values do not count.</summary>
internal static class GraphFingerprint
{
    /// <param name="graph">The graph.</param>
    /// <param name="held">For each constant that is a parameter or buffer of the network the name of that.</param>
    public static string Of(OnnxGraph graph, IReadOnlyDictionary<string, string> held)
    {
        var numbers = new Dictionary<string, string> { [graph.Input] = "images" };
        var text = new StringBuilder();
        string NameOf(string value) => value.Length == 0 ? "-" : numbers.TryGetValue(value, out var number) ? number
            : held.TryGetValue(value, out var own) ? own : graph.Constants.TryGetValue(value, out var constant) ? Numbers(constant) : "?";
        foreach (var node in graph.Nodes)
        {
            text.Append(node.Proto.OpType).Append(' ').Append(node.Layer).Append(' ').AppendJoin(' ', node.Proto.Input.Select((name, i) => node.Prepared.Module is not null && node.Captured.Contains(i) ? "*" : NameOf(name)));
            foreach (var attribute in node.Proto.Attribute.OrderBy(attribute => attribute.Name, StringComparer.Ordinal))
                text.Append(' ').Append(attribute);
            text.Append('\n');
            foreach (var output in node.Proto.Output)
                numbers[output] = Text(numbers.Count);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.Append(NameOf(graph.Output)).ToString())))[..16];
    }

    private static string Numbers(Tensor constant) => constant.is_floating_point()
        ? string.Join(',', constant.cpu().contiguous().data<float>().Select(number => number.ToString("R", CultureInfo.InvariantCulture)))
        : string.Join(',', constant.Longs().Select(Text));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
