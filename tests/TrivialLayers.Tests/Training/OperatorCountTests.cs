using TrivialLayers.Benchmarks;

namespace TrivialLayers.Tests;

/// <summary>What a GPU has to start, counted on a CPU: libtorch's operators that compute something, for a few batches and for many, so that what is done once does not matter.</summary>
public sealed class OperatorCountTests
{
    private const int Batch = 12, Few = 2, Many = 6;

    [Fact]
    public void A_step_of_a_training_takes_half_of_the_operators_that_PyTorch_s_plain_loop_takes()
    {
        const int PyTorchs = 650; // ResNet-20, counted by the benchmark `launches`
        Assert.InRange(Each(Train), 200, PyTorchs * 0.53);

        static void Train(ImageSet images)
        {
            using var network = ResNet.ForSmallImages(20, 16, SmallData.Classes.Length, 1);
            using var data = new DataSplit("bars", images, images.Take(Batch, 0), images.Take(Batch, 0));
            Trainer.Fit(network, data, new Recipe { Epochs = 1, Batch = Batch, LearningRate = 0.01 }, seed: 1);
        }
    }

    [Fact]
    public void A_batch_of_an_evaluation_takes_hardly_more_than_the_network_does()
    {
        var evaluated = Each(images =>
        {
            using var network = SmallData.RandomResNet();
            using var answers = Evaluation.Answers(network, images, Batch, isFolded: false);
        });
        var forward = Each(images =>
        {
            using var network = SmallData.RandomResNet();
            using var evaluation = new EvaluationMode(network);
            for (var start = 0; start < images.Count; start += Batch)
            {
                using var scope = TorchSharp.torch.NewDisposeScope();
                network.call(images.Batch(start, Batch, TorchSharp.torch.CPU).Images.ForEvaluation());
            }
        });
        Assert.InRange(evaluated - forward, 1, 20); // checks the logits, compares them with the labels, sums the cross-entropies
    }

    private static double Each(Action<ImageSet> work) => (Computing(Many, work) - Computing(Few, work)) / (double)(Many - Few);

    private static int Computing(int batches, Action<ImageSet> work)
    {
        Assert.SkipUnless(OperatorCount.IsPossible, "This libtorch cannot be asked.");
        using var images = SmallData.Images("bars", batches * Batch, 5);
        using var count = new OperatorCount();
        work(images);
        return count.Counts.Where(entry => OperatorCount.Computes(entry.Key)).Sum(entry => entry.Value);
    }
}
