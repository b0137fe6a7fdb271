using Onnx;

namespace TrivialLayers;

/// <summary>What is said of a node that is not read.</summary>
internal static class Refusal
{
    public static NotSupportedException Of(string path, NodeProto node, int opset, string what) => new($"{path}: {Name(node, opset)}: {what}.");

    /// <summary>What is said of a file that cannot be freed of its batch.</summary>
    public static string FixedBatch(long images) =>
        FormattableString.Invariant($"the file computes with a fixed batch of {images}; export it for batches of any size: ") + "torch.onnx.export(..., dynamic_axes={\"images\": {0: \"N\"}}, input_names=[\"images\"])";

    /// <summary>The node in words: <c>Conv '/conv1/Conv' (opset 13)</c>.</summary>
    public static string Name(NodeProto node, int opset) =>
        FormattableString.Invariant($"{node.OpType} '{(node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault())}' (opset {opset})");
}
