using System.Globalization;
using Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Writes an encoder–decoder: the levels down and up again, with the connections of its kind, and the classifier for each pixel.</summary>
internal sealed class EncoderDecoderWriter(EncoderDecoder network, ModelWriter model, Func<Module, string, string, string> emit)
{
    private readonly Dictionary<string, Module> _children = network.named_children().ToDictionary(child => child.name, child => child.module);

    public string Write(string images, long[] image)
    {
        var features = Relu("relu", Emit("bn1", Emit("conv1", images)));
        return PixelClassifier(Level(0, features, image[1], image[2]));
    }

    private string Level(int level, string input, long height, long width)
    {
        var features = Emit(Name("encoder", level), input);
        return level == network.Levels - 1 ? Emit(Name("decoder", level), features) : Emit(Name("decoder", level), Connect(level, features, height, width));
    }

    private string Connect(int level, string features, long height, long width)
    {
        var name = Name("connection", level);
        string Deeper(string pooled) => Level(level + 1, pooled, height / 2, width / 2);
        AttributeProto[] window = [ModelWriter.Integers("kernel_shape", 2, 2), ModelWriter.Integers("strides", 2, 2)];
        if (network is SegNet)
        {
            var pool = new NodeProto { OpType = "MaxPool", Name = name, Input = { features }, Output = { $"{name}/pooled", $"{name}/places" } };
            pool.Attribute.Add(window);
            model.Add(pool);
            return model.Node("MaxUnpool", name, [Deeper($"{name}/pooled"), $"{name}/places", model.Node("Shape", name, [features])], window);
        }

        var deeper = Deeper(model.Node("MaxPool", name, [features], window));
        var enlarged = Enlarge(name, deeper, height, width);
        return network is UNet ? model.Node("Concat", name, [features, enlarged], Opset.Integer("axis", 1)) : enlarged;
    }

    /// <summary>Repeats pixels until the image has that size.</summary>
    private string Enlarge(string name, string input, long height, long width)
    {
        AttributeProto[] nearest = [Opset.Text("mode", "nearest"), Opset.Text("coordinate_transformation_mode", "asymmetric"), Opset.Text("nearest_mode", "floor")];
        if (height % 2 == 0 && width % 2 == 0)
            return model.Node("Resize", name, [input, "", model.Tensor(name + ":twice", tensor([1f, 1f, 2f, 2f]))], nearest);
        var shape = model.Node("Slice", name, [model.Node("Shape", name, [input]), model.Tensor(name + ":from", tensor([0L])), model.Tensor(name + ":to", tensor([2L]))]);
        var sizes = model.Node("Concat", name + ".sizes", [shape, model.Tensor(name + ":size", tensor([height, width]))], Opset.Integer("axis", 0));
        return model.Node("Resize", name, [input, "", "", sizes], nearest);
    }

    private string PixelClassifier(string features)
    {
        var fc = (TorchSharp.Modules.Linear)_children["fc"];
        var pixels = model.Node("Transpose", "pixels", [features], ModelWriter.Integers("perm", 0, 2, 3, 1));
        using var weight = fc.weight!.t();
        var product = model.Node("MatMul", "fc", [pixels, model.Tensor("fc.weight", weight)]);
        var answers = model.Node("Add", "fc", [product, model.Tensor("fc.bias", fc.bias!)]);
        return model.Node("Transpose", "answers", [answers], ModelWriter.Integers("perm", 0, 3, 1, 2));
    }

    private string Emit(string child, string input) => emit(_children[child], child, input);

    private string Relu(string name, string input) => model.Node("Relu", name, [input]);

    private static string Name(string what, int level) => string.Create(CultureInfo.InvariantCulture, $"{what}{level}");
}
