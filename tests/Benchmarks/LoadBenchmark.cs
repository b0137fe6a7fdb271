
namespace TrivialLayers.Benchmarks;

/// <summary>Reading and checking a data set, and a network's weights.</summary>
internal static class LoadBenchmark
{
    public static void Run(Report report)
    {
        using var network = Workload.ResNet(20);
        var file = Path.Combine(Path.GetTempPath(), $"weights-{Guid.NewGuid():N}.safetensors");
        Weights.Save(network, file);
        var medians = Turns.Medians(
            () => Turns.Seconds(() => Datasets.Load("cifar-10").Dispose()),
            () => Turns.Seconds(() => Weights.Load(network, file)));
        File.Delete(file);
        report.Line(FormattableString.Invariant($"  CIFAR-10 {medians[0]:F2} s, weights of ResNet-20 {1000 * medians[1]:F1} ms"));
        report.Figure("load.cifar10_seconds", medians[0]);
        report.Figure("load.resnet20_weights_seconds", medians[1]);
    }
}
