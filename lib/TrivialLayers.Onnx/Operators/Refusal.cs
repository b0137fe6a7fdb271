using Onnx;

namespace TrivialLayers;

/// <summary>What is said of a node that is not read.</summary>
internal static class Refusal
{
    public static NotSupportedException Of(string path, NodeProto node, int opset, string what) => new($"{path}: {Name(node, opset)}: {what}.");

    /// <summary>The node in words: <c>Conv '/conv1/Conv' (opset 13)</c>.</summary>
    public static string Name(NodeProto node, int opset) =>
        FormattableString.Invariant($"{node.OpType} '{(node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault())}' (opset {opset})");
}
