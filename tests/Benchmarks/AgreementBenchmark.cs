using static TorchSharp.torch;

namespace TrivialLayers.Benchmarks;

/// <summary>
/// The sweep's engine against the network itself with each kernel replaced by zeros, one full pass a layer, nothing folded: a trained ResNet-20 on all 10,000 test images of the sample.
/// </summary>
internal static class AgreementBenchmark
{
    private const int Batch = 100;

    public static void Run(Report report)
    {
        using var data = Datasets.Load("fashion-mnist-sample");
        using var network = ResNet.ForSmallImages(20, 16, data.Classes.Count, data.Channels);
        Runs.GetOrTrain(network, data, Recipe.Quick, seed: 1).GetAwaiter().GetResult();
        using var evaluation = new EvaluationMode(network);
        var layers = NetworkLayers.Of(network);
        using var first = data.Test.Batch(0, FoldedNetwork.Compared, ComputeDevice.Default).Images;
        using var engine = PrefixReuse.For(network, first.ToChannelsLast());
        var (answers, others, furthest) = (0L, 0L, 0.0);
        for (var start = 0; start < data.Test.Count; start += Batch)
        {
            using var scope = NewDisposeScope();
            var images = data.Test.Batch(start, Math.Min(Batch, data.Test.Count - start), ComputeDevice.Default).Images.ToChannelsLast();
            Compare(engine.Begin(images), network.call(images));
            foreach (var layer in layers)
            {
                using var zeroing = Zeroing.Of(network, layer.Name);
                Compare(engine.With(layer.Name), network.call(images));
            }
        }

        report.Line(FormattableString.Invariant($"  {answers:N0} answers of ResNet-20 with no kernel and each kernel at zero: {others} are another class; logits differ by at most {furthest:G2} of the largest magnitude in their batch"));
        report.Figure("agreement.resnet20.other_answers", others);
        report.Figure("agreement.resnet20.logit_difference", furthest);

        void Compare(Tensor found, Tensor expected)
        {
            answers += found.shape[0];
            others += found.argmax(1).ne(expected.argmax(1)).sum().item<long>();
            furthest = Math.Max(furthest, (found - expected).abs().max().item<float>() / expected.abs().max().item<float>());
        }
    }
}
