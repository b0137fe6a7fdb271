using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Benchmarks;

/// <summary>Sweeps of networks that were read from ONNX, against one full evaluation a layer: what the segments found in the graph are worth. torchvision's, exported by Debian's PyTorch.</summary>
internal static class OnnxBenchmark
{
    private const int Side = 32;

    public static void Run(Report report)
    {
        var folder = Directory.CreateTempSubdirectory("trivial-layers-").FullName;
        try
        {
            (string Name, int Images)[] networks = [("resnet18", 500), ("mobilenet_v2", 500), ("densenet121", 60)];
            Python.Run([Python.Script("torchvision_networks.py"), folder, .. networks.Select(network => FormattableString.Invariant($"{network.Name}:{Side}:17"))]);
            foreach (var (name, count) in networks)
                Measure(report, name, Path.Combine(folder, name + ".onnx"), count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Measure(Report report, string name, string path, int count)
    {
        using var network = OnnxNetwork.Load(path);
        using var images = Images(count);
        double Plain() => network.Layers.Append(null).Average(layer =>
        {
            using var zeroing = layer is null ? null : Zeroing.Of(network, layer.Name);
            return Evaluation.Accuracy(network, images);
        });

        void WarmUp() => Evaluation.Accuracy(network, images);
        double swept = 0, plain = 0;
        var medians = Turns.Medians(
        [
            () => Turns.Seconds(() => swept = Sweep.Run(network, images) is var sweep ? sweep.Targets.Select(target => target.Value).Append(sweep.Baseline.Value).Average() : 0, WarmUp),
            () => Turns.Seconds(() => plain = Plain(), WarmUp),
        ]);
        report.Line(FormattableString.Invariant($"  {name}, {count} images of {Side} × {Side}, {network.Layers.Count} layers, {network.Segments.Count} segments: sweep {medians[0]:F2} s, one evaluation a layer {medians[1]:F2} s; mean accuracy {swept:F4} and {plain:F4} %"));
        report.Figure($"onnx.{name}.speedup_vs_full_evaluation", medians[1] / medians[0]);
    }

    private static ImageSet Images(int count)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        string[] classes = [.. Enumerable.Range(0, 10).Select(number => FormattableString.Invariant($"class {number}"))];
        return new ImageSet("noise", randint(0, 256, [count, 3, Side, Side], ScalarType.Byte, generator: generator).MoveToOuterDisposeScope(), arange(count, ScalarType.Int64).remainder(10).MoveToOuterDisposeScope(), classes);
    }
}
