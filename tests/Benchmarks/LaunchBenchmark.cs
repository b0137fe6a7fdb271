using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Benchmarks;

/// <summary>How many of libtorch's operators a step of a training takes, and how often one waits for the device: what small batches on a card are bound by, to be watched without one.</summary>
internal static class LaunchBenchmark
{
    private const int Batch = 16, Few = 2, Many = 6;

    /// <summary>Operators that only describe memory anew, or pass the work on to others.</summary>
    private static readonly HashSet<string> s_free =
    [
        "aten::view", "aten::reshape", "aten::permute", "aten::narrow", "aten::slice", "aten::select", "aten::expand", "aten::unsqueeze", "aten::squeeze", "aten::as_strided", "aten::alias", "aten::detach", "aten::transpose", "aten::t", "aten::_unsafe_view",
        "aten::flatten", "aten::empty", "aten::empty_like", "aten::empty_strided", "aten::resize_", "aten::set_", "aten::expand_as", "aten::to", "aten::_reshape_alias", "aten::result_type", "aten::contiguous", "aten::clone", "aten::is_nonzero", "aten::item",
        "aten::conv2d", "aten::convolution", "aten::_convolution", "aten::batch_norm", "aten::_batch_norm_impl_index", "aten::linear", "aten::matmul", "aten::cross_entropy_loss", "aten::nll_loss", "aten::nll_loss_nd", "aten::log_softmax", "aten::pad", "aten::zeros", "aten::ones_like",
        "aten::relu", "aten::_to_copy", "aten::lift_fresh", "aten::detach_", "aten::requires_grad_", "aten::zero_",
    ];

    public static void Run(Report report)
    {
        if (!OperatorCount.IsPossible)
        {
            report.Line("  This libtorch cannot be asked.");
            return;
        }

        foreach (var depth in new[] { 20, 56 })
        {
            var (few, many) = (Operators(depth, Few), Operators(depth, Many));
            double PerStep(Func<string, bool> counts) => (many.Where(entry => counts(entry.Key)).Sum(entry => entry.Value) - few.Where(entry => counts(entry.Key)).Sum(entry => entry.Value)) / (double)(Many - Few);
            var (launches, waits) = (PerStep(name => name.StartsWith("aten::", StringComparison.Ordinal) && !s_free.Contains(name)), PerStep(name => name == "aten::_local_scalar_dense"));
            report.Line(FormattableString.Invariant($"  training ResNet-{depth}, a step: {launches:F0} operators that compute, {waits:F1} waits for the device"));
            var most = many.Keys.Where(name => name.StartsWith("aten::", StringComparison.Ordinal) && !s_free.Contains(name)).Select(name => (Name: name, Count: PerStep(candidate => candidate == name))).OrderByDescending(entry => entry.Count).Take(8);
            report.Line($"    {string.Join(", ", most.Select(entry => FormattableString.Invariant($"{entry.Name.Replace("aten::", "", StringComparison.Ordinal)} {entry.Count:F0}")))}");
            report.Figure($"launches.resnet{depth}.operators_per_step", launches);
            report.Figure($"launches.resnet{depth}.waits_per_step", waits);
        }
    }

    private static IReadOnlyDictionary<string, int> Operators(int depth, int steps)
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.ForSmallImages(depth, 16, 10, 3);
        network.to(ComputeDevice.Default);
        using var images = GpuBenchmark.RandomImages(steps * Batch);
        using var data = new DataSplit("random", images, images.Take(Batch, 0), images.Take(Batch, 0));
        using var count = new OperatorCount();
        Trainer.Fit(network, data, new Recipe { Epochs = 1, Batch = Batch, LearningRate = 0.01 }, seed: 1);
        return count.Counts;
    }
}
