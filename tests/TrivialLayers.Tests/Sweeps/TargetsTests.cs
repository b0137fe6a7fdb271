using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class TargetsTests
{
    [Fact]
    public void Each_cumulative_step_tells_what_an_evaluation_under_zeroing_tells()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        string[] order = ["layer3.0.downsample.0", "layer1.0.conv2", "layer3.0.conv1", "conv1"];

        var joint = Sweep.Run(network, images, new() { Targets = Targets.Cumulative(order), Batch = 25 });

        Assert.Equal(Evaluation.Run(network, images).Outcomes.ToArray(), joint.Baseline.Outcomes!.ToArray());
        Assert.Equal(order.Length, joint.Targets.Count);
        foreach (var (index, step) in joint.Targets.Index())
        {
            Assert.Equal(order.Take(index + 1), step.Names);
            using var zeroing = Zeroing.Of(network, step.Names);
            Assert.Equal(Evaluation.Run(network, images).Outcomes.ToArray(), step.Measured.Outcomes!.ToArray());
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

        var joint = Sweep.Run(network, images, new() { Targets = Targets.Greedy() });

        Assert.Equal(network.Layers.Count, joint.Targets.Count);
        Assert.Equal(expected, joint.Targets[^1].Names);
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
        var lucky = Sweep.Run(network, validation).Targets.Where(layer => layer.Measured.Confusion!.Counts.Index().Where(cell => cell.Item > 0).DistinctBy(cell => cell.Index % 3).Count() > 1).MaxBy(layer => layer.Drop)!.Layer.Name;
        using var fresh = Answered(network, 300, 6);
        ImageSet reported;
        using (Zeroing.Of(network, lucky))
            reported = Answered(network, 300, 7);
        double Cost(IReadOnlyList<string> layers, ImageSet images) => Sweep.Run(network, images, new() { Targets = Targets.Cumulative(layers) }).Targets[0].Drop;

        var chosenOnReported = Sweep.Run(network, reported, new() { Targets = Targets.Greedy(1) }).Targets[0];
        var chosenOnValidation = Sweep.Run(network, validation, new() { Targets = Targets.Greedy(1) }).Targets[0];

        Assert.Equal([lucky], chosenOnReported.Names);
        Assert.Equal(100, chosenOnReported.Value);
        Assert.True(chosenOnReported.Drop < 0 && Cost([lucky], fresh) > 5, "the lucky layer seems to do harm and does not");
        Assert.NotEqual([lucky], chosenOnValidation.Names);
        Assert.InRange(Cost(chosenOnValidation.Names, fresh), chosenOnValidation.Interval.Low, chosenOnValidation.Interval.High);
        Assert.True(Cost(chosenOnValidation.Names, fresh) < Cost([lucky], fresh));
        reported.Dispose();
    }

    [Fact]
    public void A_stored_zeroing_loads_and_another_order_is_another_one()
    {
        using var folder = new TemporaryFolder();
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var store = new SweepStore(folder.Path);
        var greedy = Sweep.Run(network, images, new() { Targets = Targets.Greedy(3) }, store: store);
        var never = new CancellationToken(canceled: true);
        var loaded = Sweep.Run(network, images, new() { Targets = Targets.Greedy(3) }, store: store, cancellationToken: never);
        Assert.Equal(greedy.Seconds, loaded.Seconds);
        Assert.Equal(greedy.Targets.Select(step => string.Join(' ', step.Names)), loaded.Targets.Select(step => string.Join(' ', step.Names)));
        Assert.Equal(greedy.Targets.Select(step => (step.Measured.Outcomes, step.Measured.Agreement, step.Interval)), loaded.Targets.Select(step => (step.Measured.Outcomes, step.Measured.Agreement, step.Interval)));
        Assert.Throws<OperationCanceledException>(() => Sweep.Run(network, images, new() { Targets = Targets.Greedy(4) }, store: store, cancellationToken: never));

        Sweep.Run(network, images, new() { Targets = Targets.Cumulative(["layer1.0.conv1", "layer2.0.conv2"]) }, store: store);
        Assert.Throws<OperationCanceledException>(() => Sweep.Run(network, images, new() { Targets = Targets.Cumulative(["layer2.0.conv2", "layer1.0.conv1"]) }, store: store, cancellationToken: never));
    }

    [Fact]
    public void The_largest_trivial_set_is_the_last_whose_whole_interval_is_within_the_margin()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var joint = Sweep.Run(network, images, new() { Targets = Targets.Greedy() });
        Assert.Null(joint.LargestTrivial()); // 60 images resolve no drop of one point
        var wide = new Margin(99);
        Assert.Equal(joint.Targets.Last(step => step.Interval.High < 99), joint.LargestTrivial(wide));
        Assert.Equal(joint.Baseline.Value - joint.Targets[0].Value, joint.Targets[0].Drop, 9);
        Assert.Throws<ArgumentException>(() => joint.Trivial());
    }

    [Fact]
    public void The_trivial_layers_are_those_whose_verdict_it_is()
    {
        var sweep = HandMadeSweep.Small();
        Assert.Equal(["layer1.0.conv1"], sweep.Trivial());
        Assert.Equal(["layer1.0.conv1", "layer2.0.conv1", "layer2.0.downsample.0"], sweep.Trivial(new Margin(20)));
    }

    [Fact]
    public void A_kernel_that_is_zero_already_would_be_chosen_for_nothing_and_is_an_error()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 20, 5);
        using var zeroing = Zeroing.Of(network, "layer1.0.conv2");
        var error = Assert.Throws<InvalidOperationException>(() => Sweep.Run(network, images, new() { Targets = Targets.Greedy() }));
        Assert.Contains("'layer1.0.conv2' is zero already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Greedy_stops_after_the_steps_asked_for()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 20, 5);
        Assert.Equal(2, Sweep.Run(network, images, new() { Targets = Targets.Greedy(2) }).Targets[^1].Layers.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => Sweep.Run(network, images, new() { Targets = Targets.Greedy(0) }));
    }

    [Fact]
    public void Random_sets_are_decided_by_the_seed_and_name_each_layer_once()
    {
        using var network = ResNet.ForSmallImages(8, 4, 3, 1);
        IReadOnlyList<IReadOnlyList<string>> Sets(int size, int draws, long seed) => Targets.Random([size], draws, seed).Of(network, network.Layers);
        var sets = Sets(4, 20, 7);

        Assert.Equal(sets, Sets(4, 20, 7));
        Assert.NotEqual(sets, Sets(4, 20, 8));
        Assert.All(sets, set => Assert.Equal(4, set.Distinct().Intersect(network.Layers.Select(layer => layer.Name)).Count()));
        Assert.Equal(network.Layers.Count, sets.SelectMany(set => set).Distinct().Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => Sets(network.Layers.Count + 1, 1, 1));
    }

    [Fact]
    public void Layers_of_a_group_are_changed_together()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var sweep = Sweep.Run(network, images, new() { Targets = Targets.Groups(layer => layer.Unit.Length > 0 ? layer.Unit : null) });

        Assert.Equal(["layer1.0", "layer2.0", "layer3.0"], sweep.Targets.Select(target => target.Layer.Unit));
        foreach (var target in sweep.Targets)
        {
            using var zeroing = Zeroing.Of(network, target.Names);
            Assert.Equal(Evaluation.Run(network, images).Outcomes, target.Measured.Outcomes);
        }
    }

    [Fact]
    public void Linear_layers_are_swept_where_they_are_asked_for()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var sweep = Sweep.Run(network, images, new() { Layers = layer => layer.Kind == "linear" });

        var classifier = Assert.Single(sweep.Targets);
        Assert.Equal("fc", classifier.Layer.Name);
        using var zeroing = Zeroing.Of(network, "fc");
        Assert.Equal(Evaluation.Run(network, images).Outcomes, classifier.Measured.Outcomes);
        Assert.NotEqual(Sweep.Run(network, images).Identity.Address, sweep.Identity.Address);
    }

    [Fact]
    public void Greedy_by_another_intervention_changes_the_chosen_layers_together()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var sweep = Sweep.Run(network, images, new() { Targets = Targets.Greedy(3), Intervention = Intervention.ZeroFilters(Norm.L2, 0.5), Measure = Measure.CrossEntropy });

        foreach (var step in sweep.Targets)
        {
            using var half = Intervention.ZeroFilters(Norm.L2, 0.5).On(network, images, step.Names);
            Assert.Equal(Evaluation.Run(network, images).CrossEntropy, step.Value, 1e-4);
        }
    }

    [Fact]
    public void An_unknown_layer_an_empty_set_and_a_repeated_name_are_refused_before_anything_is_computed()
    {
        using var network = ResNet.ForSmallImages(8, 4, 3, 1);
        using var images = SmallData.Images("bars", 10, 5);
        Assert.Contains("layer1.0.conv1", Assert.Throws<ArgumentException>(() => Sweep.Run(network, images, new() { Targets = Targets.Cumulative(["layer1.0.conv"]) })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Sweep.Run(network, images, new() { Targets = Targets.Cumulative(["conv1", "conv1"]) }));
        Assert.Throws<ArgumentException>(() => Sweep.Run(network, images, new() { Targets = Targets.Sets([["conv1"], []]) }));
        Assert.Throws<ArgumentException>(() => Sweep.Run(network, images, new() { Targets = Targets.Sets([["conv1", "conv1"]]) }));
        Assert.Throws<ArgumentException>(() => Sweep.Run(network, images, new() { Targets = Targets.Sets([]) }));
        Assert.Throws<ArgumentException>(() => Sweep.Run(network, images, new() { Targets = Targets.Groups(_ => null) }));
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
