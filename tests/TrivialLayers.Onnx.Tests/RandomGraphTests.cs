using Google.Protobuf;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Graphs put together by chance, the same ones for the same seed, against ONNX Runtime: as they are and with each of five layers at zero.</summary>
public sealed class RandomGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Random_graphs_answer_as_in_ONNX_Runtime_also_without_a_layer_and_when_written_again()
    {
        var (seed, tries, worst, layers, changed, segments) = (Campaign.Seed(1), Campaign.Tries(10), 0.0, 0, 0, 0);
        for (var i = 0; i < tries; i++)
        {
            using var scope = NewDisposeScope();
            var (model, output) = new RandomGraph((1000 * seed) + i).Make();
            var path = model.Save(_folder["model.onnx"], output);
            using var network = OnnxNetwork.Load(path);
            using var evaluation = new EvaluationMode(network);
            var images = model.Noise();
            var different = OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(path, images));
            var untouched = network.call(images);
            using var engine = PrefixReuse.For(network, images);
            engine.Begin(images);
            foreach (var layer in network.Layers.Take(5))
            {
                var swept = engine.With(layer.Name);
                using var zeroing = Zeroing.Of(network, layer.Name);
                var expected = OnnxRuntime.Run(ZeroedFile.Of(path, network, layer.Name), images);
                different = Math.Max(different, Math.Max(OnnxRuntime.Difference(network.call(images), expected), OnnxRuntime.Difference(swept, expected)));
                (layers, changed) = (layers + 1, changed + (OnnxRuntime.Difference(expected, untouched) > OnnxRuntime.Tolerance ? 1 : 0));
            }

            network.SaveOnnx(_folder["again.onnx"]);
            different = Math.Max(different, OnnxRuntime.Difference(network.call(images), OnnxRuntime.Run(_folder["again.onnx"], images)));
            Assert.True(different <= OnnxRuntime.Tolerance, FormattableString.Invariant($"try {i} of seed {seed} differs by {different}: {string.Join(' ', model.Proto.Graph.Node.Select(node => node.OpType))}"));
            (worst, segments) = (Math.Max(worst, different), segments + network.Segments.Count);
        }

        Assert.True(changed > 0.75 * layers, FormattableString.Invariant($"{changed} of {layers} layers at zero change the answer"));
        Campaign.Tell($"{tries} random graphs with seed {seed}, {layers} layers at zero of which {changed} change the answer, {segments} segments; largest difference {worst:E1}");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Grows a graph: each step takes values that are there and adds one.</summary>
    private sealed class RandomGraph(long seed)
    {
        private static readonly string[] s_activations = ["Relu", "LeakyRelu", "Sigmoid", "HardSwish", "Tanh", "Elu", "HardSigmoid", "Softplus"];

        private readonly SplitMix64 _random = new(seed);
        private readonly List<(string Name, long[] Shape)> _values = [];
        private readonly SmallModel _model = new(7 + (3 * seed % 20), 3, 12, 10, seed); // seeds that follow each other are of old and new versions
        private int _count;

        public (SmallModel Model, string Output) Make()
        {
            _values.Add((SmallModel.Images, [3, 12, 10]));
            Convolve(_values[0]);
            for (var steps = 6 + _random.Below(12); steps > 0; steps--)
                Step();
            var (name, shape) = _values[^1];
            var features = _model.Add("Flatten", [_model.Add("GlobalAveragePool", [name])]);
            return (_model, _model.Add("Gemm", [features, _model.Weights("fc.weight", 5, shape[0]), _model.Weights("fc.bias", 5)], ("transB", 1)));
        }

        private void Step()
        {
            var last = _values[^1];
            switch (_random.Below(11))
            {
                case 0 or 1 or 2:
                    Convolve(last);
                    break;
                case 3:
                    Add(_model.Add("BatchNormalization", [last.Name, _model.Positive(Next("s"), last.Shape[0]), _model.Weights(Next("b"), last.Shape[0]), _model.Weights(Next("m"), last.Shape[0]), _model.Positive(Next("v"), last.Shape[0])]), last.Shape);
                    break;
                case 4:
                    var activation = s_activations[_random.Below(s_activations.Length)];
                    Add(_model.Add(activation == "HardSwish" && _model.Opset < 14 ? "HardSigmoid" : activation, [last.Name]), last.Shape);
                    break;
                case 5 when last.Shape[1] > 3 && last.Shape[2] > 3:
                    Add(_model.Add(_random.Below(2) == 0 ? "MaxPool" : "AveragePool", [last.Name], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 })), [last.Shape[0], last.Shape[1] / 2, last.Shape[2] / 2]);
                    break;
                case 6:
                    Join(last, "Add");
                    break;
                case 7:
                    Join(last, "Concat");
                    break;
                case 8:
                    Gate(last);
                    break;
                case 9 when last.Shape[1] < 16:
                    Add(Enlarge(last.Name, _random.Below(2) == 0 ? "nearest" : "linear"), [last.Shape[0], 2 * last.Shape[1], 2 * last.Shape[2]]);
                    break;
                default:
                    long[] sizes = [1, last.Shape[0] - 1];
                    var parts = _model.Opset < 13
                        ? _model.Add("Split", [last.Name], 2, ("axis", 1), ("split", sizes))
                        : _model.Add("Split", [last.Name, _model.Numbers(Next("parts"), sizes)], 2, ("axis", 1));
                    Add(_model.Add("Concat", [parts[1], parts[0]], ("axis", 1)), last.Shape);
                    break;
            }
        }

        private void Convolve((string Name, long[] Shape) from)
        {
            var (size, stride) = (1 + (2 * _random.Below(2)), from.Shape[1] > 4 && from.Shape[2] > 4 ? 1 + _random.Below(2) : 1);
            var isDepthwise = _random.Below(4) == 0;
            var channels = isDepthwise ? from.Shape[0] : 4 + (4 * _random.Below(2)); // few kinds, since each is tried once on a new machine
            long Length(long length) => ((length + (2 * (size / 2)) - size) / stride) + 1;
            var name = Next("layer");
            var pad = size / 2;
            Add(
                _model.Add("Conv", [from.Name, _model.Weights(name + ".weight", channels, isDepthwise ? 1 : from.Shape[0], size, size), _model.Weights(name + ".bias", channels)],
                    ("strides", new long[] { stride, stride }), ("pads", new long[] { pad, pad, pad, pad }), ("group", isDepthwise ? from.Shape[0] : 1)),
                [channels, Length(from.Shape[1]), Length(from.Shape[2])]);
        }

        /// <summary>Twice as high and wide, as each version has it: the first ones by another operator, some with a region that only cutting out needs.</summary>
        private string Enlarge(string from, string mode)
        {
            float[] scales = [1, 1, 2, 2];
            (string, object)[] rule = [("mode", mode), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor")];
            string Scales() => _model.Values(Next("scales"), scales, 4);
            return _model.Opset switch
            {
                < 9 => _model.Add("Upsample", [from], ("mode", mode), ("scales", scales)),
                9 => _model.Add("Upsample", [from, Scales()], ("mode", mode)),
                10 => _model.Add("Resize", [from, Scales()], ("mode", mode)),
                < 13 => _model.Add("Resize", [from, _model.Values(Next("region"), [0, 0, 0, 0, 1, 1, 1, 1], 8), Scales()], rule),
                _ => _model.Add("Resize", [from, "", Scales()], rule),
            };
        }

        /// <summary>With any value of the same size.</summary>
        private void Join((string Name, long[] Shape) last, string operation)
        {
            var others = _values.Where(value => value.Shape.Skip(operation == "Add" ? 0 : 1).SequenceEqual(last.Shape.Skip(operation == "Add" ? 0 : 1)) && value.Shape[0] + last.Shape[0] <= 16).ToList();
            if (others.Count == 0)
                return;
            var (name, shape) = others[_random.Below(others.Count)];
            if (operation == "Add")
                Add(_model.Add("Add", [name, last.Name]), shape);
            else
                Add(_model.Add("Concat", [name, last.Name], ("axis", 1)), [shape[0] + last.Shape[0], .. shape[1..]]);
        }

        /// <summary>Squeeze and excitation.</summary>
        private void Gate((string Name, long[] Shape) last)
        {
            var (squeeze, excite) = (Next("gate"), Next("gate"));
            var hidden = _model.Add("Relu", [_model.Add("Conv", [_model.Add("GlobalAveragePool", [last.Name]), _model.Weights(squeeze + ".weight", 2, last.Shape[0], 1, 1)])]);
            var gate = _model.Add("Sigmoid", [_model.Add("Conv", [hidden, _model.Weights(excite + ".weight", last.Shape[0], 2, 1, 1)])]);
            Add(_model.Add("Mul", [last.Name, gate]), last.Shape);
        }

        private void Add(string name, long[] shape) => _values.Add((name, shape));

        private string Next(string what) => FormattableString.Invariant($"{what}{_count++}");
    }
}
