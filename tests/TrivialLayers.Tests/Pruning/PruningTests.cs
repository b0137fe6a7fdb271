using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>A network from which zeroed layers were taken out answers as the one with the zeros, with fewer weights.</summary>
public sealed class PruningTests
{
    [Theory]
    [InlineData("layer1.0.conv2")]
    [InlineData("layer1.0.conv1")]
    [InlineData("layer1.0.conv1", "layer1.0.conv2", "layer3.1.conv2")]
    [InlineData("layer2.0.conv2", "layer3.0.conv1", "layer2.1.conv1")]
    public void It_gives_the_same_logits_for_images_of_any_size(params string[] layers)
    {
        using var scope = NewDisposeScope();
        foreach (var network in new[] { ResNet.ForSmallImages(14, 4, 3, 1), ResNet.ForSmallImages(14, 4, 3, 1, ShortcutKind.ZeroPadded) })
        {
            Disturb(network);
            var expected = new List<Tensor>();
            int[] sizes = [12, 13, 28];
            Tensor Images(int size) => randn([3, 1, size, size], generator: new Generator(4, CPU));
            using (new EvaluationMode(network))
            using (Zeroing.Of(network, layers))
                expected.AddRange(sizes.Select(size => network.call(Images(size)).clone()));
            var before = network.Layers.Count;

            var gone = Pruning.TakeOut(network, layers, 12, 12);

            Assert.Equal(before - gone.Count, network.Layers.Count);
            Assert.Superset(layers.ToHashSet(), gone.ToHashSet());
            Assert.DoesNotContain(gone, name => name.Contains("downsample", StringComparison.Ordinal));
            using (new EvaluationMode(network))
            {
                foreach (var (size, logits) in sizes.Zip(expected))
                    Assert.True(network.call(Images(size)).allclose(logits, 1e-4, 1e-5), $"{size} pixels, {string.Join(", ", layers)}");
            }

            network.Dispose();
        }
    }

    [Fact]
    public void Saved_and_read_into_a_fresh_network_it_gives_the_same_logits()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var saved = ResNet.ForSmallImages(14, 4, 3, 1);
        using var fresh = ResNet.ForSmallImages(14, 4, 3, 1);
        Disturb(saved);
        Pruning.TakeOut(saved, ["layer1.0.conv1", "layer2.0.conv2", "layer3.1.conv2"], 12, 12); // the first leaves a border
        Weights.Save(saved, folder["pruned.safetensors"]);

        Pruning.Load(fresh, folder["pruned.safetensors"]);

        Assert.Equal(saved.Layers.Select(layer => layer.Name), fresh.Layers.Select(layer => layer.Name));
        var images = randn([2, 1, 13, 13], generator: new Generator(4, CPU));
        using (new EvaluationMode(saved))
        using (new EvaluationMode(fresh))
            Assert.Equal(0, (saved.call(images) - fresh.call(images)).abs().max().item<float>());
    }

    [Fact]
    public void A_file_of_another_network_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var saved = ResNet.ForSmallImages(14, 4, 3, 1);
        using var shallower = ResNet.ForSmallImages(8, 4, 3, 1);
        using var wider = ResNet.ForSmallImages(14, 8, 3, 1);
        Pruning.TakeOut(saved, ["layer1.1.conv2"], 12, 12);
        Weights.Save(saved, folder["pruned.safetensors"]);

        Assert.Contains("'layer1.1'", Assert.Throws<InvalidDataException>(() => Pruning.Load(shallower, folder["pruned.safetensors"])).Message, StringComparison.Ordinal);
        foreach (var constant in new[] { zeros(1, 4, 1, 1, dtype: ScalarType.Float64), zeros(1, 4, 5, 5) })
        {
            using (var stream = File.Create(folder["odd.safetensors"]))
                Safetensors.Write(stream, saved.state_dict().Where(entry => !entry.Key.StartsWith("layer1.1.", StringComparison.Ordinal)).Append(new("layer1.1.constant", constant)));
            Assert.Contains("expected Float32 [1, C, 1, 1] or [1, C, 3, 3]", Assert.Throws<InvalidDataException>(() => Pruning.Load(wider, folder["odd.safetensors"])).Message, StringComparison.Ordinal);
        }

        Assert.Contains("does not fit ResNet-14", Assert.Throws<InvalidDataException>(() => Pruning.Load(wider, folder["pruned.safetensors"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bottlenecks_are_taken_out_as_well()
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.ForLargeImages(50, 3, 3, width: 4, smallImageStem: true);
        Disturb(network);
        var images = randn([2, 3, 24, 24], generator: new Generator(4, CPU));
        Tensor expected;
        using (new EvaluationMode(network))
        using (Zeroing.Of(network, "layer1.1.conv1", "layer2.0.conv2"))
            expected = network.call(images).clone();
        Assert.Equal(6, Pruning.TakeOut(network, ["layer1.1.conv1", "layer2.0.conv2"], 24, 24).Count);
        using (new EvaluationMode(network))
            Assert.True(network.call(images).allclose(expected, 1e-4, 1e-5));
    }

    [Fact]
    public void A_layer_can_be_taken_out_while_a_network_in_training_is_evaluated()
    {
        using var network = SmallData.RandomResNet();
        network.train();
        using (new EvaluationMode(network))
            Pruning.TakeOut(network, ["layer2.0.conv1"], 12, 12);
        Assert.True(network.training);
        Assert.True(network.named_modules().Single(found => found.name == "layer1.0").module.training);
    }

    [Fact]
    public void A_branch_that_still_depends_on_the_image_stays_as_it_was()
    {
        using var network = SmallData.RandomResNet();
        network.Replace("layer1.0.bn2", new Blurred(4), 12, 12); // a branch with a second way for the image
        var before = NetworkDescription.WeightsOf(network);
        Assert.Contains("still depends on the image", Assert.Throws<InvalidOperationException>(() => Pruning.TakeOut(network, ["layer1.0.conv2"], 12, 12)).Message, StringComparison.Ordinal);
        Assert.Equal(before, NetworkDescription.WeightsOf(network));
        Assert.All(network.modules(), module => Assert.True(module.training));
    }

    [Theory]
    [InlineData("conv1")]
    [InlineData("layer2.0.downsample.0")]
    public void A_layer_outside_of_branches_is_refused_and_nothing_is_changed(string layer)
    {
        using var network = SmallData.RandomResNet();
        var before = NetworkDescription.WeightsOf(network);
        var error = Assert.Throws<ArgumentException>(() => Pruning.TakeOut(network, ["layer1.0.conv1", layer], 12, 12));
        Assert.Contains($"'{layer}' is not in the branch", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, NetworkDescription.WeightsOf(network));
    }

    [Fact]
    public void The_smaller_network_can_be_evaluated_swept_trained_and_leaves_no_tensor_behind()
    {
        using var data = SmallData.Split(48, 24);
        using var network = SmallData.RandomResNet();
        Pruning.TakeOut(network, ["layer1.0.conv1"], 12, 12);
        void Work()
        {
            Evaluation.Run(network, data.Test);
            Sweep.Run(network, data.Test);
            Trainer.Fit(network, data, Recipe.Short with { Epochs = 1, Batch = 24 }, 1);
        }

        Work();
        LiveTensors.AssertUnchangedInProcessBy(Work);
    }

    [Fact]
    public void Cost_counts_what_is_left()
    {
        using var network = SmallData.RandomResNet();
        var before = NetworkCost.Of(network, 1, 12, 12, repeats: 1);
        Pruning.TakeOut(network, ["layer1.0.conv2"], 12, 12);
        var after = NetworkCost.Of(network, 1, 12, 12, repeats: 1);
        Assert.Equal(before.Convolutions - 2, after.Convolutions);
        Assert.Equal(before.MultiplyAccumulates - (2 * 4 * 4 * 9 * 144), after.MultiplyAccumulates);
        Assert.Equal(before.Parameters - (2 * ((4 * 4 * 9) + 8)) + 4, after.Parameters); // two kernels and their batch norms go, a value for each channel comes
        Assert.True(after.Latency > 0);
    }

    private static void Disturb(ResNet network)
    {
        Initialisation.He(network, 5);
        using var noGradients = no_grad();
        foreach (var norm in network.modules().OfType<BatchNorm2d>())
        {
            norm.running_mean!.normal_(0, 0.5);
            norm.running_var!.uniform_(0.5, 2);
            norm.bias!.normal_(0, 0.3);
        }
    }

    /// <summary>Batch norm whose output depends on the place in the batch.</summary>
    private sealed class Blurred : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> norm;

        public Blurred(long channels) : base(nameof(Blurred))
        {
            norm = BatchNorm2d(channels);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var number = arange(input.shape[0], dtype: input.dtype).view(-1, 1, 1, 1);
            return (norm.call(input) + number).MoveToOuterDisposeScope();
        }
    }
}
