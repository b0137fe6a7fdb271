using CsCheck;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class SweepTests
{
    [Fact]
    public void Reusing_the_prefix_gives_the_logits_of_the_plain_way_for_one_zeroed_layer_and_for_several() => Gen.Select(Gen.Int[0, 6], Gen.Int[1, 4], Gen.Int[1, 100]).SampleRepeatably(
        (family, width, seed) =>
        {
            using var scope = NewDisposeScope();
            using SegmentedNetwork network = family switch
            {
                0 => ResNet.ForSmallImages(8 + (6 * (seed % 2)), width, 3, 1),
                1 => PlainNet.ForSmallImages(8, width, 3, 1),
                2 => Vgg.ForSmallImages(11, width / 64.0, 3, 1),
                3 => ResNet.ForSmallImages(8, width, 3, 1, ShortcutKind.ZeroPadded),
                4 => ResNet.ForLargeImages(18, 3, 1, width, smallImageStem: seed % 2 == 0),
                5 => ResNet.ForLargeImages(50, 3, 1, width, smallImageStem: seed % 2 == 0),
                _ => ResNet.ForSmallImages(8, width, 3, 1)
                    .Replace("layer1.0.conv1", Conv2d(width, width, 5, padding: 2))
                    .Replace("layer2.0.conv2", Sequential(Conv2d(2 * width, 2 * width, 3, padding: 1), ReLU())),
            };
            RandomStatistics(network, seed);
            using var evaluation = new EvaluationMode(network);
            var batch = randn(9, 1, 12, 12);
            using var engine = PrefixReuse.For(network, batch);
            AssertSame(network.call(batch), engine.Begin(batch), "nothing");
            var names = network.Layers.Select(layer => layer.Name).ToList();
            var random = new Random(seed);
            foreach (var zeroed in names.Select(name => new HashSet<string> { name })
                .Concat(Enumerable.Range(0, 10).Select(_ => names.Where(_ => random.Next(3) == 0).Append(names[^1]).ToHashSet())))
            {
                using var zeroing = Zeroing.Of(network, zeroed);
                AssertSame(network.call(batch), engine.With(zeroed), string.Join(", ", zeroed));
            }
        }, count: 28);

    [Fact]
    public void A_VGG_with_another_activation_and_pooling_is_computed_with_them()
    {
        using var scope = NewDisposeScope();
        using var network = Vgg.ForSmallImages(11, 1 / 16.0, 3, 1).Replace("features.2", ReLU6()).Replace("features.28", AvgPool2d(2));
        RandomStatistics(network, 1);
        using var evaluation = new EvaluationMode(network);
        var batch = randn(9, 1, 32, 32) * 20;
        using var engine = PrefixReuse.For(network, batch / 100);
        AssertSame(network.call(batch), engine.Begin(batch), "nothing");
        foreach (var layer in network.Layers)
        {
            using var zeroing = Zeroing.Of(network, layer.Name);
            AssertSame(network.call(batch), engine.With(layer.Name), layer.Name);
        }
    }

    [Fact]
    public void What_a_hook_changes_is_computed_as_it_is()
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.ForSmallImages(8, 4, 3, 1);
        RandomStatistics(network, 1);
        using var evaluation = new EvaluationMode(network);
        var batch = randn(4, 1, 12, 12);
        using (var folded = FoldedNetwork.Of(network, batch))
            Assert.Contains(folded.Segments, segment => segment.Folded is not null);

        network.modules().OfType<Conv2d>().ElementAt(1).register_forward_hook((_, _, output) => output + 1);
        using var hooked = FoldedNetwork.Of(network, batch);

        Assert.Equal(["layer1.0", "head"], hooked.Segments.Where(entry => entry.Folded is null).Select(entry => entry.Segment.Name));
        AssertSame(network.call(batch), hooked.Forward(batch), "nothing");
    }

    [Fact]
    public void An_evaluation_as_on_a_GPU_folds_nothing_and_gives_the_same_answers()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        Evaluation Evaluated(bool isFolded)
        {
            using var answers = Evaluation.Answers(network, images, batch: 25, isFolded);
            return answers.ToEvaluation();
        }

        using (var asItIs = FoldedNetwork.AsItIs(network))
            Assert.Null(Assert.Single(asItIs.Segments).Folded);
        AssertSameAnswers(Evaluated(isFolded: true).Outcomes, Evaluated(isFolded: false).Outcomes);
    }

    [Fact]
    public void A_module_without_segments_is_swept_to_the_same_outcomes()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        using var opaque = new Opaque(network);
        var segmented = Sweep.Run(network, images);
        var plain = Sweep.Run(opaque, images);
        AssertSameAnswers(segmented.Baseline.Outcomes!, plain.Baseline.Outcomes!);
        Assert.All(segmented.Targets.Zip(plain.Targets), pair => AssertSameAnswers(pair.First.Measured.Outcomes!, pair.Second.Measured.Outcomes!));
        Assert.All(plain.Targets, layer => Assert.Equal(LayerRole.Unspecified, layer.Layer.Role));
    }

    [Fact]
    public void A_Sequential_is_segmented_by_itself()
    {
        using var scope = NewDisposeScope();
        using var network = Sequential(
            ("first", Conv2d(1, 4, 3, padding: 1)), ("norm", BatchNorm2d(4)), ("act", ELU()), ("pool", MaxPool2d(2)),
            ("block", new BasicBlock(4, 6, 2)), ("second", Conv2d(6, 8, 1)), ("rectify", ReLU(inplace: true)),
            ("mean", AdaptiveAvgPool2d(1)), ("flat", Flatten()), ("fc", Linear(8, 3)));
        RandomStatistics(network, 3);
        using var images = SmallData.Images("bars", 40, 5);
        using (new EvaluationMode(network))
        using (var folded = FoldedNetwork.Of(network, images.Batch(0, 8, CPU).Images))
        {
            Assert.Equal(["first", "block", "second", "fc"], folded.Segments.Select(entry => entry.Segment.Name));
            Assert.Equal([true, true, false, false], folded.Segments.Select(entry => entry.Folded is not null));
        }

        foreach (var target in Sweep.Run(network, images, new() { Layers = _ => true }).Targets)
        {
            using var zeroing = Zeroing.Of(network, target.Names);
            var direct = Evaluation.Run(network, images).Outcomes;
            AssertSameAnswers(direct, target.Measured.Outcomes!);
        }
    }

    [Fact]
    public void A_sweep_tells_what_an_evaluation_under_zeroing_tells()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var before = NetworkDescription.WeightsOf(network);
        var sweep = Sweep.Run(network, images, new() { Batch = 7 });
        Assert.Equal(before, NetworkDescription.WeightsOf(network));
        foreach (var layer in sweep.Targets)
        {
            using var zeroing = Zeroing.Of(network, layer.Layer.Name);
            var direct = Evaluation.Run(network, images);
            AssertSameAnswers(direct.Outcomes, layer.Measured.Outcomes!);
            Assert.Equal(direct.Confusion.Counts, layer.Measured.Confusion!.Counts);
            Assert.Equal(sweep.Baseline.Value - direct.Percent, layer.Drop, 1e-9);
            Assert.True(layer.Interval.Contains(layer.Drop));
        }
    }

    [Fact]
    public void A_kernel_that_is_zero_already_is_an_error_not_a_trivial_layer()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 30, 5);
        using var zeroing = Zeroing.Of(network, "layer1.0.conv2");
        var error = Assert.Throws<InvalidOperationException>(() => Sweep.Run(network, images));
        Assert.Contains("'layer1.0.conv2' is zero already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stored_sweep_loads_and_a_damaged_one_is_reported_and_computed_anew()
    {
        using var folder = new TemporaryFolder();
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var reports = new List<string>();
        var store = new SweepStore(folder.Path, report: reports.Add);
        var computed = Sweep.Run(network, images, store: store);
        var loaded = Sweep.Run(network, images, store: store);
        Assert.Equal(computed.Seconds, loaded.Seconds);
        Assert.Equal(computed.Targets.Select(target => target.Measured.Outcomes), loaded.Targets.Select(target => target.Measured.Outcomes));
        Assert.Equal(computed.Targets.Select(layer => layer.Interval), loaded.Targets.Select(layer => layer.Interval));

        var file = Directory.GetFiles(folder.Path).Single();
        File.WriteAllText(file, File.ReadAllText(file)[..200]);
        var again = Sweep.Run(network, images, store: store);
        Assert.Equal(computed.Baseline.Outcomes, again.Baseline.Outcomes);
        Assert.Contains(file, Assert.Single(reports), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder.Path, "*.damaged*"));
    }

    [Fact]
    public void The_file_of_a_sweep_is_read_without_network_and_images()
    {
        using var folder = new TemporaryFolder();
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var sweep = Sweep.Run(network, images, store: new SweepStore(folder.Path));
        var read = Sweep.Load(Directory.GetFiles(folder.Path).Single());
        Assert.Equal(network.Layers, read.Targets.Select(target => target.Layer));
        Assert.Equal(sweep.Targets.Select(target => (target.Drop, target.Interval, target.Verdict)), read.Targets.Select(target => (target.Drop, target.Interval, target.Verdict)));
        Assert.Equal(sweep.Baseline.Confusion!.Classes, read.Baseline.Confusion!.Classes);
        Assert.Equal((sweep.Identity.Address, sweep.Intervention, sweep.Chance), (read.Identity.Address, read.Intervention, read.Chance));
    }

    [Fact]
    public void Without_its_network_only_a_sweep_of_each_convolution_at_zero_is_read()
    {
        using var folder = new TemporaryFolder();
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        Sweep.Run(network, images, new() { Intervention = Intervention.MeanOutput }, store: new SweepStore(folder.Path));
        var other = Directory.GetFiles(folder.Path).Single();
        var error = Assert.Throws<InvalidDataException>(() => Sweep.Load(other));
        Assert.Equal($"{other} cannot be read without its network: it is not a sweep that zeroes each convolution and measures accuracy; call Sweep.Run with the network to read it.", error.Message);
    }

    [Fact]
    public void A_file_of_an_earlier_version_needs_its_network()
    {
        using var folder = new TemporaryFolder();
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        var store = new SweepStore(folder.Path);
        var sweep = Sweep.Run(network, images, store: store);
        var path = Directory.GetFiles(folder.Path).Single();
        var earlier = StoredSweep.Load(path) with { Context = null };
        using (var stream = File.Create(path))
            earlier.Write(stream);
        Assert.Contains("does not describe its layers", Assert.Throws<InvalidDataException>(() => Sweep.Load(path)).Message, StringComparison.Ordinal);
        Assert.Equal(sweep.Seconds, Sweep.Run(network, images, store: store).Seconds);
    }

    [Fact]
    public void Sweeping_leaves_no_tensor_behind()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 60, 5);
        Sweep.Run(network, images);
        LiveTensors.AssertUnchangedInProcessBy(() => Sweep.Run(network, images));
    }

    [Fact]
    public void A_block_whose_pairs_stand_side_by_side_is_computed_as_it_is()
    {
        using var scope = NewDisposeScope();
        using var network = Sequential(("stem", Conv2d(1, 4, 3, padding: 1)), ("both", new SideBySide()), ("mean", AdaptiveAvgPool2d(1)), ("flat", Flatten()), ("fc", Linear(9, 3)));
        RandomStatistics(network, 3);
        using var images = SmallData.Images("bars", 20, 5);
        foreach (var target in Sweep.Run(network, images).Targets)
        {
            using var zeroing = Zeroing.Of(network, target.Names);
            AssertSameAnswers(Evaluation.Run(network, images).Outcomes, target.Measured.Outcomes!);
        }
    }

    [Fact]
    public void A_zeroed_layer_over_a_map_of_one_pixel_leaves_the_others_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var network = Sequential(
            ("pool", AdaptiveAvgPool2d(1)), ("first", Conv2d(1, 6, 1)), ("norm", BatchNorm2d(6)), ("act", ReLU(inplace: true)), ("second", Conv2d(6, 6, 1)), ("norm2", BatchNorm2d(6)), ("act2", ReLU(inplace: true)),
            ("flat", Flatten()), ("fc", Linear(6, 3)));
        RandomStatistics(network, 3);
        using var images = SmallData.Images("bars", 20, 5);
        var sweep = Sweep.Run(network, images, new() { Batch = 5 });
        AssertSameAnswers(Evaluation.Run(network, images).Outcomes, sweep.Baseline.Outcomes!);
        foreach (var target in sweep.Targets)
        {
            using var zeroing = Zeroing.Of(network, target.Names);
            AssertSameAnswers(Evaluation.Run(network, images).Outcomes, target.Measured.Outcomes!);
        }
    }

    private sealed class SideBySide : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> conv1 = Conv2d(4, 4, 1);
        private readonly Module<Tensor, Tensor> bn1 = BatchNorm2d(4);
        private readonly Module<Tensor, Tensor> conv2 = Conv2d(4, 5, 3, padding: 1);
        private readonly Module<Tensor, Tensor> bn2 = BatchNorm2d(5);

        public SideBySide() : base(nameof(SideBySide)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return cat([bn1.call(conv1.call(input)), bn2.call(conv2.call(input))], 1).MoveToOuterDisposeScope();
        }
    }

    private sealed class Opaque : Module<Tensor, Tensor>
    {
        private readonly ResNet inner;

        public Opaque(ResNet inner) : base(nameof(Opaque))
        {
            this.inner = inner;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => inner.call(input);
    }

    /// <summary>Batch norms as after a training: statistics and affine parameters that matter.</summary>
    private static void RandomStatistics(Module network, long seed)
    {
        Initialisation.He(network, seed);
        using var noGradients = no_grad();
        foreach (var normalisation in network.modules().OfType<BatchNorm2d>())
        {
            normalisation.running_mean!.normal_(0, 0.5);
            normalisation.running_var!.uniform_(0.5, 2);
            normalisation.weight!.uniform_(0.5, 1.5);
            normalisation.bias!.normal_(0, 0.3);
        }
    }

    /// <summary>The same images right, and the same cross-entropy but for rounding.</summary>
    private static void AssertSameAnswers(Outcomes expected, Outcomes found)
    {
        Assert.Equal(expected.ToArray(), found.ToArray());
        Assert.Equal(expected.MeanCrossEntropy, found.MeanCrossEntropy, 1e-5);
    }

    private static void AssertSame(Tensor expected, Tensor found, string zeroed) =>
        Assert.True(expected.shape.SequenceEqual(found.shape) && FoldedNetwork.AreSameLogits(found, expected), $"zeroed: {zeroed}");
}
