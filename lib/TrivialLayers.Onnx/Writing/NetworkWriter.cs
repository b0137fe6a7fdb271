using System.Globalization;
using Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Dropout = TorchSharp.Modules.Dropout;
using Dropout2d = TorchSharp.Modules.Dropout2d;
using ReLU = TorchSharp.Modules.ReLU;
using Sequential = TorchSharp.Modules.Sequential;

namespace TrivialLayers;

/// <summary>
/// Writes the library's own networks, and sequences of torch's modules: each module becomes the nodes that its forward pass is. Whether they are the same is checked on images when the file is written.
/// </summary>
internal sealed class NetworkWriter
{
    private readonly Module<Tensor, Tensor> _network;
    private readonly ModelWriter _model;
    private readonly Dictionary<Module, (long[] Input, long[] Output)> _shapes = [];

    private NetworkWriter(Module<Tensor, Tensor> network, int opset) => (_network, _model) = (network, new(network.GetName(), opset));

    /// <param name="network">The network.</param>
    /// <param name="image">Channels, height and width of an image.</param>
    /// <param name="opset">The version of the operators.</param>
    /// <exception cref="NotSupportedException">It holds a module of which nobody here knows what it computes.</exception>
    public static ModelProto Write(Module<Tensor, Tensor> network, long[] image, int opset)
    {
        using var scope = NewDisposeScope();
        var writer = new NetworkWriter(network, opset);
        var answer = writer.Watch(image);
        return writer._model.Finish("images", image, writer.Network("images", image), answer);
    }

    /// <summary>Learns which modules the forward pass calls, and with which shapes.</summary>
    private long[] Watch(long[] image)
    {
        using var evaluation = new EvaluationMode(_network);
        using var hooks = new HookScope();
        foreach (var (_, module) in _network.named_modules().Where(found => found.module is Module<Tensor, Tensor>))
            hooks.Add((Module<Tensor, Tensor>)module, (input, output) => _shapes[module] = (input.shape, output.shape));
        return _network.call(zeros([NetworkProbe.Images, .. image], device: NetworkProbe.DeviceOf(_network))).shape[1..];
    }

    private string Network(string images, long[] image) => _network switch
    {
        GroupedNetwork => Grouped(images),
        Vgg => OfVgg(images),
        EncoderDecoder network => new EncoderDecoderWriter(network, _model, Emit).Write(images, image),
        _ => Emit(_network, "", images),
    };

    private string Grouped(string images)
    {
        var children = Children(_network);
        var features = Relu("relu", Emit(children["bn1"], "bn1", Emit(children["conv1"], "conv1", images)));
        foreach (var (name, module) in children.Where(child => child.Key is "maxpool" || child.Key.StartsWith("layer", StringComparison.Ordinal)))
            features = Emit(module, name, features);
        return Emit(children["fc"], "fc", PooledToOne(features));
    }

    private string OfVgg(string images)
    {
        var children = Children(_network);
        var (features, classifier) = (Emit(children["features"], "features", images), children["classifier"]);
        if (classifier is Linear)
            return Emit(classifier, "classifier", PooledToOne(features));
        var last = Children(children["features"]).Values.Last(_shapes.ContainsKey);
        var size = _shapes[last].Output[2..];
        if (size.Any(length => length % 7 != 0))
            throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"The pooling before the classifier divides maps of {size[0]} × {size[1]} pixels unevenly into 7 × 7, which ONNX has no operator for. Export it for images of 224 × 224 pixels."));
        var pooled = size.All(length => length == 7) ? features : _model.Node("AveragePool", "avgpool", [features], ModelWriter.Integers("kernel_shape", size[0] / 7, size[1] / 7), ModelWriter.Integers("strides", size[0] / 7, size[1] / 7));
        return Emit(classifier, "classifier", _model.Node("Flatten", "flatten", [pooled], Opset.Integer("axis", 1)));
    }

    /// <summary>What a module computes, as nodes; the name of their output.</summary>
    private string Emit(Module module, string name, string input) => module switch
    {
        Conv2d convolution => Convolution(convolution, name, input),
        BatchNorm2d norm => Norm(norm, name, input),
        Linear linear => Product(linear, name, input),
        ReLU => Relu(name, input),
        Dropout or Dropout2d or TorchSharp.Modules.Identity => input,
        MaxPool2d pool => MaxPool(pool, name, input),
        TorchSharp.Modules.Flatten => _model.Node("Flatten", name, [input], Opset.Integer("axis", 1)),
        BasicBlock => Unit(module, name, input, "conv1", "conv2"),
        Bottleneck => Unit(module, name, input, "conv1", "conv2", "conv3"),
        PlainBlock => Branch(module, name, input, ["conv1", "conv2"]) is var branch ? Relu(name, branch) : branch,
        ConstantBranchUnit unit => ConstantBranch(unit, name, input),
        PaddedIdentity shortcut => Padded(shortcut, name, input),
        Chain or Sequential => Children(module).Aggregate(input, (features, child) => Emit(child.Value, name.Length == 0 ? child.Key : $"{name}.{child.Key}", features)),
        _ => throw new NotSupportedException($"'{(name.Length == 0 ? _network.GetName() : name)}' is a {module.GetType().Name}, which cannot be exported to ONNX. Supported are the library's networks and units, Sequential, Conv2d, BatchNorm2d, Linear, ReLU, MaxPool2d, Dropout, Flatten and Identity."),
    };

    private string Unit(Module unit, string name, string input, params string[] convolutions)
    {
        var branch = Branch(unit, name, input, convolutions);
        return Relu(name, _model.Node("Add", name, [branch, Shortcut(unit, name, input)]));
    }

    /// <summary>Convolutions with their batch norms, ReLU between them.</summary>
    private string Branch(Module unit, string name, string input, string[] convolutions)
    {
        var children = Children(unit);
        foreach (var (i, convolution) in convolutions.Index())
        {
            var norm = convolution.Replace("conv", "bn", StringComparison.Ordinal);
            input = Emit(children[norm], $"{name}.{norm}", Emit(children[convolution], $"{name}.{convolution}", input));
            if (i + 1 < convolutions.Length)
                input = Relu($"{name}.{convolution}", input);
        }

        return input;
    }

    private string Shortcut(Module unit, string name, string input) => Children(unit).TryGetValue("downsample", out var shortcut) ? Emit(shortcut, name + ".downsample", input) : input;

    private string ConstantBranch(ConstantBranchUnit unit, string name, string input)
    {
        var constant = _model.Tensor(name + ".constant", unit.get_parameter("constant")!);
        if (unit.get_parameter("constant")!.shape[2] > 1)
        {
            foreach (var axis in new[] { 2, 3 })
            {
                var places = ConstantBranchUnit.Places(_shapes[unit].Output[axis]);
                constant = _model.Node("Gather", string.Create(CultureInfo.InvariantCulture, $"{name}.constant{axis}"), [constant, _model.Tensor(string.Create(CultureInfo.InvariantCulture, $"{name}:places{axis}"), tensor(places))], Opset.Integer("axis", axis));
            }
        }

        return Relu(name, _model.Node("Add", name, [Shortcut(unit, name, input), constant]));
    }

    /// <summary>Every <c>stride</c>-th row and column, with channels of zeros around.</summary>
    private string Padded(PaddedIdentity shortcut, string name, string input)
    {
        string Numbers(string what, params long[] values) => _model.Tensor($"{name}:{what}", tensor(values));
        var kept = _model.Node("Slice", name, [input, Numbers("starts", 0, 0), Numbers("ends", int.MaxValue, int.MaxValue), Numbers("axes", 2, 3), Numbers("steps", shortcut.Stride, shortcut.Stride)]);
        return _model.Node("Pad", name, [kept, Numbers("pads", 0, shortcut.Before, 0, 0, 0, shortcut.After, 0, 0)]);
    }

    private string Convolution(Conv2d convolution, string name, string input)
    {
        if (convolution.padding is not { } padding || convolution.padding_mode != PaddingModes.Zeros)
            throw new NotSupportedException($"'{name}' uses padding other than a fixed number of zeros, which cannot be exported.");
        string[] inputs = [input, _model.Tensor(name + ".weight", convolution.weight!), .. convolution.bias is { } bias ? [_model.Tensor(name + ".bias", bias)] : Array.Empty<string>()];
        return _model.Node(
            "Conv", name, inputs, ModelWriter.Integers("kernel_shape", convolution.kernel_size), ModelWriter.Integers("strides", convolution.stride), ModelWriter.Integers("dilations", convolution.dilation),
            ModelWriter.Integers("pads", [.. padding, .. padding]), Opset.Integer("group", convolution.groups));
    }

    private string Norm(BatchNorm2d norm, string name, string input)
    {
        if (norm.running_mean is not { } mean || norm.running_var is not { } variance)
            throw new NotSupportedException($"'{name}' has no statistics of its own, so it cannot be exported.");
        string Weights(string part, Tensor value) => _model.Tensor($"{name}.{part}", value);
        return _model.Node(
            "BatchNormalization", name, [input, Weights("weight", norm.weight ?? ones_like(mean)), Weights("bias", norm.bias ?? zeros_like(mean)), Weights("running_mean", mean), Weights("running_var", variance)],
            ModelWriter.Float("epsilon", norm.eps));
    }

    private string Product(Linear linear, string name, string input)
    {
        string[] inputs = [input, _model.Tensor(name + ".weight", linear.weight!), .. linear.bias is { } bias ? [_model.Tensor(name + ".bias", bias)] : Array.Empty<string>()];
        return _model.Node("Gemm", name, inputs, Opset.Integer("transB", 1));
    }

    /// <summary>Pooling that the forward pass left out, as VGG does for maps of one pixel, is left out.</summary>
    private string MaxPool(MaxPool2d pool, string name, string input)
    {
        if (!_shapes.ContainsKey(pool))
            return input;
        long[] Two(long[]? values, long[] otherwise) => values is { Length: 1 } ? [values[0], values[0]] : values ?? otherwise;
        var kernel = Two(pool.kernel_size, []);
        var padding = Two(pool.padding, [0, 0]);
        return _model.Node(
            "MaxPool", name, [input], ModelWriter.Integers("kernel_shape", kernel), ModelWriter.Integers("strides", Two(pool.stride, kernel)), ModelWriter.Integers("pads", [.. padding, .. padding]),
            ModelWriter.Integers("dilations", Two(pool.dilation, [1, 1])), Opset.Integer("ceil_mode", pool.ceil_mode ? 1 : 0));
    }

    private string Relu(string name, string input) => _model.Node("Relu", name, [input]);

    private string PooledToOne(string features) => _model.Node("Flatten", "flatten", [_model.Node("GlobalAveragePool", "avgpool", [features])], Opset.Integer("axis", 1));

    private static Dictionary<string, Module> Children(Module module) => module.named_children().ToDictionary(child => child.name, child => child.module);
}
