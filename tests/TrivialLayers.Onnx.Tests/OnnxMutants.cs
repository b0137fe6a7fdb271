using Google.Protobuf;
using Onnx;

namespace TrivialLayers.Tests;

/// <summary>Damaged copies of a model, the same ones for the same seed, that are well-formed files: inputs swapped, numbers and lengths changed, attributes added, nodes doubled and dropped, operators of other domains, weights elsewhere.</summary>
internal sealed class OnnxMutants(long seed)
{
    private static readonly long[] s_numbers = [0, 1, -1, 2, 3, 7, 65_536, 10_007, 1L << 31, 1L << 40, long.MaxValue, long.MinValue];

    /// <summary>For weights in another file: where, from which byte on, how many.</summary>
    private static readonly string[] s_places = ["../weights.bin", "/etc/hostname", "sub/../weights.bin", "model.onnx", "", "\0", "-4", "8", "9223372036854775807"];

    private readonly SplitMix64 _random = new(seed);

    public byte[] Of(ModelProto original)
    {
        var model = original.Clone();
        for (var changes = 1 + _random.Below(4); changes > 0; changes--)
            Change(model.Graph);
        return model.ToByteArray();
    }

    private void Change(GraphProto graph)
    {
        var (node, weights) = (Any(graph.Node), Any(graph.Initializer));
        switch (_random.Below(13))
        {
            case 0 when node.Input.Count > 0:
                node.Input[_random.Below(node.Input.Count)] = Any(Any(graph.Node).Output);
                break;
            case 1 when node.Input.Count > 0:
                node.Input[_random.Below(node.Input.Count)] = _random.Below(4) == 0 ? "" : weights.Name;
                break;
            case 2 when node.Input.Count > 0:
                node.Input.RemoveAt(_random.Below(node.Input.Count));
                break;
            case 3 when node.Attribute.Count > 0:
                Change(Any(node.Attribute));
                break;
            case 4 when weights.Int64Data.Count > 0:
                weights.Int64Data[_random.Below(weights.Int64Data.Count)] = Any(s_numbers);
                break;
            case 5 when weights.Dims.Count > 0:
                weights.Dims[_random.Below(weights.Dims.Count)] = Any(s_numbers);
                break;
            case 6:
                node.OpType = Any(graph.Node).OpType;
                break;
            case 7:
                weights.DataType = _random.Below(14);
                break;
            case 8:
                var twin = node.Clone();
                for (var i = 0; i < twin.Output.Count; i++)
                    twin.Output[i] += "-twin";
                graph.Node.Insert(graph.Node.IndexOf(node) + 1, twin);
                Any(graph.Node).Input.Add(Any(twin.Output));
                break;
            case 9 when graph.Node.Count > 1:
                graph.Node.Remove(node);
                break;
            case 10:
                node.Domain = "custom";
                break;
            case 11 when weights.ExternalData.Count > 0:
                Any(weights.ExternalData).Value = Any(s_places);
                break;
            default:
                node.Attribute.Add(Any(graph.Node).Attribute);
                break;
        }
    }

    private void Change(AttributeProto attribute)
    {
        if (attribute.Ints.Count > 0)
            attribute.Ints[_random.Below(attribute.Ints.Count)] = Any(s_numbers);
        else
            (attribute.I, attribute.F) = (Any(s_numbers), _random.Below(3) - 1);
    }

    private T Any<T>(IList<T> of) => of[_random.Below(of.Count)];
}
