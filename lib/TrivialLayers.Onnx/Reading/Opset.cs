using System.Globalization;
using Google.Protobuf;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Brings nodes of older versions of ONNX's operators into the form of version 17, and reductions into that of 18: what was an attribute there is an input here. Where the meaning changed, a node becomes
/// several.
/// </summary>
internal sealed class Opset(int version, Dictionary<string, Tensor> constants)
{
    /// <summary>The node in the newer form, or the nodes that do the same.</summary>
    public IEnumerable<NodeProto> Upgrade(NodeProto node)
    {
        switch (node.OpType)
        {
            case "Squeeze" or "Unsqueeze" or "ReduceMean" or "ReduceSum" or "ReduceMax" or "ReduceMin" or "ReduceL1" or "ReduceL2" or "ReduceSumSquare" or "ReduceProd":
                ToInput(node, "axes", 1);
                if (node.Input.Count > 1 || node.Attribute.All(attribute => attribute.I == 0))
                    Remove(node, "noop_with_empty_axes"); // from version 18 on; it changes nothing here
                return [node];
            case "Split":
                ToInput(node, "split", 1);
                Remove(node, "num_outputs"); // the outputs tell it
                return [node];
            case "Slice":
                ToInput(node, "starts", 1);
                ToInput(node, "ends", 2);
                ToInput(node, "axes", 3);
                return [node];
            case "Clip":
                ToInput(node, "min", 1);
                ToInput(node, "max", 2);
                return [node];
            case "Pad":
                ToInput(node, "pads", 1);
                ToInput(node, "value", 2);
                return [node];
            case "Upsample":
                ToInput(node, "scales", 1);
                return [Resize(node)];
            case "Resize" when version < 11:
                return [Resize(node)];
            case "Resize":
                RemoveDefault(node, "antialias", attribute => attribute.I == 0); // both from version 18 on
                RemoveDefault(node, "keep_aspect_ratio_policy", attribute => attribute.S.ToStringUtf8() == "stretch");
                return [node];
            case "AveragePool":
                RemoveDefault(node, "dilations", attribute => attribute.Ints.All(dilation => dilation == 1)); // from version 19 on
                return [node];
            case "Cast" or "CastLike":
                Remove(node, "saturate"); // for numbers of 8 bits, which are not read
                Remove(node, "round_mode");
                return [node];
            case "Softmax" or "LogSoftmax" when version < 13:
                return OverAllThatFollows(node);
            case "Dropout":
                node.OpType = "Identity";
                return [node];
            default:
                return [node];
        }
    }

    /// <summary>Up to version 12 a softmax goes over its axis and all after it together.</summary>
    private static NodeProto[] OverAllThatFollows(NodeProto node)
    {
        var (input, output) = (node.Input[0], node.Output[0]);
        var axis = Remove(node, "axis")?.I ?? 1;
        string Part(string name) => $"{output}:{name}";
        var flatten = new NodeProto { OpType = "Flatten", Name = node.Name + "/Flatten", Input = { input }, Output = { Part("flat") }, Attribute = { Integer("axis", axis) } };
        var shape = new NodeProto { OpType = "Shape", Name = node.Name + "/Shape", Input = { input }, Output = { Part("shape") } };
        var softmax = new NodeProto { OpType = node.OpType, Name = node.Name, Input = { Part("flat") }, Output = { Part("answer") }, Attribute = { Integer("axis", -1) } };
        return [flatten, shape, softmax, new NodeProto { OpType = "Reshape", Name = node.Name + "/Reshape", Input = { Part("answer"), Part("shape") }, Output = { output } }];
    }

    /// <summary>Upsample, and Resize of version 10, place pixels by division and take the one before.</summary>
    private static NodeProto Resize(NodeProto node)
    {
        var resize = new NodeProto { OpType = "Resize", Name = node.Name, Input = { node.Input[0], "", node.Input.ElementAtOrDefault(1) ?? "" }, Output = { node.Output } };
        resize.Attribute.Add(node.Find("mode") ?? Text("mode", "nearest"));
        resize.Attribute.Add([Text("coordinate_transformation_mode", "asymmetric"), Text("nearest_mode", "floor")]);
        return resize;
    }

    private void ToInput(NodeProto node, string name, int place)
    {
        if (Remove(node, name) is not { } attribute)
            return;
        var constant = string.Create(CultureInfo.InvariantCulture, $"{node.Output.FirstOrDefault()}:{name}");
        while (node.Input.Count <= place)
            node.Input.Add("");
        node.Input[place] = constant;
        constants[constant] = attribute.Type switch
        {
            AttributeProto.Types.AttributeType.Float => tensor(attribute.F),
            AttributeProto.Types.AttributeType.Floats => tensor(attribute.Floats.ToArray()),
            _ => tensor(attribute.Ints.ToArray()),
        };
    }

    private static void RemoveDefault(NodeProto node, string name, Func<AttributeProto, bool> isDefault)
    {
        if (node.Find(name) is { } found && isDefault(found))
            node.Attribute.Remove(found);
    }

    private static AttributeProto? Remove(NodeProto node, string name)
    {
        var found = node.Find(name);
        if (found is not null)
            node.Attribute.Remove(found);
        return found;
    }

    public static AttributeProto Integer(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Text(string name, string value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };
}
