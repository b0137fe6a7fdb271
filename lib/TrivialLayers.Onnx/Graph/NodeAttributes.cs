using Onnx;

namespace TrivialLayers;

/// <summary>Attributes of a node by their names.</summary>
internal static class NodeAttributes
{
    /// <summary>The attribute of that name, or null.</summary>
    public static AttributeProto? Find(this NodeProto node, string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name);

    /// <summary>A whole number, or another where the node does not give one.</summary>
    public static long Integer(this NodeProto node, string name, long otherwise) => node.Find(name)?.I ?? otherwise;
}
