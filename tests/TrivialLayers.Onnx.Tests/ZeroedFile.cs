using Google.Protobuf;
using Onnx;

namespace TrivialLayers.Tests;

/// <summary>An ONNX file with the kernel of one layer at zero.</summary>
internal static class ZeroedFile
{
    public static byte[] Of(string path, OnnxNetwork network, string layer)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        var output = network.Graph.Nodes.First(node => node.Layer == layer).Proto.Output[0];
        var name = model.Graph.Node.Single(node => node.Output.Contains(output)).Input[1];
        var kernel = model.Graph.Initializer.Single(initializer => initializer.Name == name);
        kernel.RawData = ByteString.CopyFrom(new byte[kernel.RawData.Length]);
        for (var i = 0; i < kernel.FloatData.Count; i++)
            kernel.FloatData[i] = 0;
        return model.ToByteArray();
    }
}
