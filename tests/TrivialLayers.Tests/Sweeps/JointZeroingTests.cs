using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class JointZeroingTests
{
    [Fact]
    public void Each_cumulative_step_tells_what_an_evaluation_under_zeroing_tells()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        string[] order = ["layer3.0.downsample.0", "layer1.0.conv2", "layer3.0.conv1", "conv1"];

        var joint = JointZeroing.Cumulative(network, images, order, store: SweepStore.None, batch: 25);

        Assert.Equal(Evaluation.Run(network, images).Outcomes.ToArray(), joint.Baseline.Outcomes.ToArray());
        Assert.Equal(order.Length, joint.Steps.Count);
        foreach (var (index, step) in joint.Steps.Index())
        {
            Assert.Equal(order.Take(index + 1), step.Layers);
            using var zeroing = Zeroing.Of(network, step.Layers);
            Assert.Equal(Evaluation.Run(network, images).Outcomes.ToArray(), step.Evaluation.Outcomes.ToArray());
        }
    }

    [Fact]
    public void Greedy_takes_in_each_step_the_layer_whose_loss_leaves_most_images_right()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var left = network.Layers.Select(layer => layer.Name).ToList();
        var expected = new List<string>();
        while (left.Count > 0)
        {
            var best = left.Select(name =>
            {
                using var zeroing = Zeroing.Of(network, expected.Append(name));
                return (name, Evaluation: Evaluation.Run(network, images));
            }).OrderByDescending(entry => entry.Evaluation.Outcomes.Correct).ThenBy(entry => entry.Evaluation.CrossEntropy).First();
            expected.Add(best.name);
            left.Remove(best.name);
        }

        var joint = JointZeroing.Greedy(network, images, store: SweepStore.None);

        Assert.Equal(network.Layers.Count, joint.Steps.Count);
        Assert.Equal(expected, joint.Steps[^1].Layers);
    }

    [Fact]
    public void Choosing_on_validation_images_removes_the_optimism_that_a_lucky_layer_brings()
    {
        // The network's own answers are the truth, but for the lucky images: there it is what it answers without one layer, of those that it needs and that leave it more than one answer.
        // A third set shows what a layer really costs.
        using var network = SmallData.RandomResNet();
        using (var data = SmallData.Split())
            Trainer.Fit(network, data, Recipe.Quick with { Epochs = 4, Batch = 16 }, seed: 1);
        using var validation = Answered(network, 300, 5);
        var lucky = ZeroSweep.Run(network, validation, store: SweepStore.None).Layers.Where(layer => layer.Confusion.Counts.Index().Where(cell => cell.Item > 0).DistinctBy(cell => cell.Index % 3).Count() > 1).MaxBy(layer => layer.Drop)!.Layer.Name;
        using var fresh = Answered(network, 300, 6);
        ImageSet reported;
        using (Zeroing.Of(network, lucky))
            reported = Answered(network, 300, 7);
        double Cost(IReadOnlyList<string> layers, ImageSet images) => JointZeroing.Cumulative(network, images, layers, store: SweepStore.None).Steps[0].Drop;

        var chosenOnReported = JointZeroing.Greedy(network, reported, steps: 1, store: SweepStore.None).Steps[0];
        var chosenOnValidation = JointZeroing.Greedy(network, validation, steps: 1, store: SweepStore.None).Steps[0];

        Assert.Equal([lucky], chosenOnReported.Layers);
        Assert.Equal(100, chosenOnReported.Evaluation.Percent);
        Assert.True(chosenOnReported.Drop < 0 && Cost([lucky], fresh) > 5, "the lucky layer seems to do harm and does not");
        Assert.NotEqual([lucky], chosenOnValidation.Layers);
        Assert.InRange(Cost(chosenOnValidation.Layers, fresh), chosenOnValidation.Interval.Low, chosenOnValidation.Interval.High);
        Assert.True(Cost(chosenOnValidation.Layers, fresh) < Cost([lucky], fresh));
        reported.Dispose();
    }

    [Fact]
    public void A_stored_zeroing_loads_and_another_order_is_another_one()
    {
        using var folder = new TemporaryFolder();
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var store = new SweepStore(folder.Path);
        var greedy = JointZeroing.Greedy(network, images, steps: 3, store: store);
        var never = new CancellationToken(canceled: true);
        var loaded = JointZeroing.Greedy(network, images, steps: 3, store: store, cancellationToken: never);
        Assert.Equal(greedy.Seconds, loaded.Seconds);
        Assert.Equal(greedy.Steps.Select(step => string.Join(' ', step.Layers)), loaded.Steps.Select(step => string.Join(' ', step.Layers)));
        Assert.Equal(greedy.Steps.Select(step => (step.Evaluation.Outcomes, step.Agreement, step.Interval)), loaded.Steps.Select(step => (step.Evaluation.Outcomes, step.Agreement, step.Interval)));
        Assert.Throws<OperationCanceledException>(() => JointZeroing.Greedy(network, images, steps: 4, store: store, cancellationToken: never));

        JointZeroing.Cumulative(network, images, ["layer1.0.conv1", "layer2.0.conv2"], store: store);
        Assert.Throws<OperationCanceledException>(() => JointZeroing.Cumulative(network, images, ["layer2.0.conv2", "layer1.0.conv1"], store: store, cancellationToken: never));
    }

    [Fact]
    public void The_largest_trivial_set_is_the_last_whose_whole_interval_is_within_the_margin()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var joint = JointZeroing.Greedy(network, images, store: SweepStore.None);
        Assert.Null(joint.LargestTrivial()); // 60 images resolve no drop of one point
        var wide = new Margin(99);
        Assert.Equal(joint.Steps.Last(step => step.Interval.High < 99), joint.LargestTrivial(wide));
        Assert.Equal(joint.Baseline.Percent - joint.Steps[0].Accuracy, joint.Steps[0].Drop, 9);
    }

    [Fact]
    public void A_kernel_that_is_zero_already_would_be_chosen_for_nothing_and_is_an_error()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 20, 5);
        using var zeroing = Zeroing.Of(network, "layer1.0.conv2");
        var error = Assert.Throws<InvalidOperationException>(() => JointZeroing.Greedy(network, images, store: SweepStore.None));
        Assert.Contains("'layer1.0.conv2' is zero already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Greedy_stops_after_the_steps_asked_for()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 20, 5);
        Assert.Equal(2, JointZeroing.Greedy(network, images, steps: 2, store: SweepStore.None).Steps[^1].Layers.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => JointZeroing.Greedy(network, images, steps: 0));
    }

    [Fact]
    public void Random_sets_are_decided_by_the_seed_and_name_each_layer_once()
    {
        using var network = ResNet.ForSmallImages(8, 4, 3, 1);
        var sets = JointZeroing.RandomSets(network, size: 4, draws: 20, seed: 7);

        Assert.Equal(sets, JointZeroing.RandomSets(network, 4, 20, 7));
        Assert.NotEqual(sets, JointZeroing.RandomSets(network, 4, 20, 8));
        Assert.All(sets, set => Assert.Equal(4, set.Distinct().Intersect(network.Layers.Select(layer => layer.Name)).Count()));
        Assert.Equal(network.Layers.Count, sets.SelectMany(set => set).Distinct().Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => JointZeroing.RandomSets(network, network.Layers.Count + 1, 1, 1));
    }

    [Fact]
    public void An_unknown_layer_an_empty_set_and_a_repeated_name_are_refused_before_anything_is_computed()
    {
        using var network = ResNet.ForSmallImages(8, 4, 3, 1);
        using var images = SmallData.Images("bars", 10, 5);
        Assert.Contains("layer1.0.conv1", Assert.Throws<ArgumentException>(() => JointZeroing.Cumulative(network, images, ["layer1.0.conv"])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => JointZeroing.Cumulative(network, images, ["conv1", "conv1"]));
        Assert.Throws<ArgumentException>(() => JointZeroing.Of(network, images, [["conv1"], []]));
    }

    /// <summary>Images with the labels that the network gives them, as it is now.</summary>
    private static ImageSet Answered(Module<Tensor, Tensor> network, int count, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(network);
        using var images = SmallData.Images("bars", count, seed);
        var labels = network.call(images.Batch(0, count, CPU).Images).argmax(1).clone();
        return new ImageSet("answered", images.Images.clone().MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope(), SmallData.Classes);
    }
}
