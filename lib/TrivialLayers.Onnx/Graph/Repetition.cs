using Onnx;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>Nodes that repeat a constant for each image of the batch, whose size another value tells.</summary>
internal static class Repetition
{
    /// <summary>The nodes in their order; the last one gives the repeated constant.</summary>
    /// <param name="constant">The constant, for one image.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="beside">A value that has one part for each image.</param>
    /// <param name="to">What the names of the nodes begin with.</param>
    /// <param name="hold">Takes in the constants that they need.</param>
    public static NodeProto[] Of(string constant, long[] shape, string beside, string to, Action<string, Tensor> hold)
    {
        string Part(string what) => $"{to}:{what}";
        NodeProto Node(string operation, string what, params string[] inputs) => new() { OpType = operation, Name = Part(what), Input = { inputs }, Output = { Part(what) } };
        hold(Part("first"), zeros(1, ScalarType.Int64));
        hold(Part("rest"), tensor(shape[1..]));
        var size = Node("Concat", "size", Part("batch"), Part("rest"));
        size.Attribute.Add(Opset.Integer("axis", 0));
        return [Node("Shape", "shape", beside), Node("Gather", "batch", Part("shape"), Part("first")), size, Node("Expand", "spread", constant, Part("size"))];
    }
}
