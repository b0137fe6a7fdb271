
namespace TrivialLayers.Benchmarks;

/// <summary>Greedy joint zeroing of all layers, against one full evaluation for each candidate.</summary>
internal static class JointBenchmark
{
    private const int Images = 100;

    public static void Run(Report report)
    {
        using var network = Workload.ResNet(20);
        using var images = Workload.TestImages(Images);
        var candidates = network.Layers.Count * (network.Layers.Count + 1) / 2;
        var (greedy, plain) = (Array.Empty<string>(), Array.Empty<string>());
        var medians = Turns.Medians(
            () => Turns.Seconds(() => greedy = [.. Sweep.Run(network, images, new() { Targets = Targets.Greedy() }).Targets[^1].Names]),
            () => Turns.Seconds(() => plain = OneByOne()));
        report.Line(FormattableString.Invariant($"  ResNet-20, {candidates} candidates, {Images} images: greedy {medians[0]:F2} s, one full evaluation each {medians[1]:F2} s; same order: {greedy.SequenceEqual(plain)}"));
        report.Figure("joint.resnet20.greedy_cost_vs_full_evaluation", medians[0] / medians[1]);

        string[] OneByOne()
        {
            var left = network.Layers.Select(layer => layer.Name).ToList();
            var chosen = new List<string>();
            while (left.Count > 0)
            {
                var best = left.Select(name =>
                {
                    using var zeroing = Zeroing.Of(network, chosen.Append(name));
                    return (name, Evaluation: Evaluation.Run(network, images));
                }).OrderByDescending(entry => entry.Evaluation.Outcomes.Correct).ThenBy(entry => entry.Evaluation.CrossEntropy).First();
                chosen.Add(best.name);
                left.Remove(best.name);
            }

            return [.. chosen];
        }
    }
}
