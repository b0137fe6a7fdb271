using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class PrecisionTests
{
    [Fact]
    public void Trained_in_bfloat16_a_network_is_as_accurate_as_in_single_precision()
    {
        using var data = Datasets.Load("fashion-mnist-sample");
        using var few = new DataSplit("few", data.Train.Take(1500, 0), data.Validation.Take(500, 0), data.Test.Take(100, 0));
        List<EpochRecord> Last(Precision precision, int seeds) => [.. Enumerable.Range(1, seeds).Select(seed =>
        {
            using var network = ResNet.ForSmallImages(8, 8, data.Classes.Count, data.Channels);
            return Trainer.Fit(network, few, Recipe.Quick with { Epochs = 3, Batch = 50, Precision = precision }, seed).Epochs[^1];
        })];

        var (single, half) = (Last(Precision.Float32, seeds: 5), Last(Precision.BFloat16, seeds: 2));
        Assert.All(single, epoch => Assert.InRange(epoch.ValidationAccuracy, 60, 100));
        Assert.NotEqual(single[0].TrainLoss, half[0].TrainLoss); // it did compute otherwise
        var noise = single.Max(epoch => epoch.ValidationAccuracy) - single.Min(epoch => epoch.ValidationAccuracy);
        Assert.Equal(single.Average(epoch => epoch.ValidationAccuracy), half.Average(epoch => epoch.ValidationAccuracy), Math.Clamp(noise, 2, 6));
    }

    [Fact]
    public void Validation_images_and_callbacks_are_computed_in_single_precision_whatever_the_training_is_in()
    {
        using var data = SmallData.Split();
        using var network = new Recording();
        Trainer.Fit(network, data, new Recipe { Epochs = 1, Batch = 32, Precision = Precision.TensorFloat32 }, seed: 1, afterEpoch: (trained, _) => Evaluation.Run(trained, data.Test));
        Assert.Equal([true], network.AllowedInTraining);
        Assert.Equal([false], network.AllowedInEvaluation);
    }

    [Fact]
    public void What_tells_a_network_from_another_is_in_single_precision_also_where_TF32_is_allowed()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var images = SmallData.Images("bars", 30, 5);
        using var network = new Recording();
        ComputeDevice.AllowTF32 = true;
        try
        {
            using var probe = BehaviourProbe.Of(network, images.Batch(0, 4, CPU).Images);
            Sweep.Run(network, images, new() { Precision = Precision.Float32 }, store: new SweepStore(folder.Path));
            Assert.Equal([false], network.AllowedInTraining);
            Assert.Equal([false], network.AllowedInEvaluation);
        }
        finally
        {
            ComputeDevice.AllowTF32 = false;
        }
    }

    public static TheoryData<string> Families => ["resnet", "plain", "vgg", "user's"];

    [Theory]
    [MemberData(nameof(Families))]
    public void An_evaluation_and_a_sweep_in_bfloat16_differ_from_single_precision_by_rounding(string family)
    {
        using var network = Trained(family);
        using var images = SmallData.Images("bars", 12, 5);
        var (exact, rounded) = (Evaluation.Run(network, images).CrossEntropy, Evaluation.Run(network, images, precision: Precision.BFloat16).CrossEntropy);
        Assert.NotEqual(exact, rounded);
        Assert.Equal(exact, rounded, 0.05 * Math.Max(1, exact));
        var options = new SweepOptions { Measure = Measure.CrossEntropy };
        var (single, half) = (Sweep.Run(network, images, options), Sweep.Run(network, images, options with { Precision = Precision.BFloat16 }));
        Assert.Equal(rounded, half.Baseline.Value, 1e-5);
        Assert.All(single.Targets.Zip(half.Targets), pair => Assert.Equal(pair.First.Value, pair.Second.Value, 0.05 * Math.Max(1, pair.First.Value)));
        Assert.Contains(single.Targets.Zip(half.Targets), pair => Math.Abs(pair.First.Value - pair.Second.Value) > 1e-5); // no mere order of sums
    }

    [Fact]
    public void After_an_error_the_process_computes_as_before()
    {
        using var images = SmallData.Images("bars", 6, 5);
        using var network = Sequential(Conv2d(1, 16, 3), Flatten(), Linear(7, SmallData.Classes.Length)); // does not fit
        Assert.ThrowsAny<Exception>(() => Evaluation.Run(network, images, precision: Precision.TensorFloat32));
        Assert.False(ComputeDevice.AllowTF32);
    }

    [Theory]
    [InlineData("unet")]
    [InlineData("segnet")]
    public void Segmentation_is_swept_in_bfloat16_too(string family)
    {
        using var scenes = SmallScenes.Split();
        using EncoderDecoder network = family == "unet"
            ? UNet.ForSmallImages(levels: 2, width: 16, classes: SmallScenes.Classes.Length, units: 1)
            : SegNet.ForSmallImages(levels: 2, width: 16, classes: SmallScenes.Classes.Length, units: 1);
        Initialisation.He(network, 3);
        var (exact, rounded) = (Swept(null), Swept(Precision.BFloat16));
        Assert.NotEqual(exact.Baseline.Value, rounded.Baseline.Value);
        Assert.All(exact.Targets.Zip(rounded.Targets), pair => Assert.Equal(pair.First.Value, pair.Second.Value, 0.05 * pair.First.Value));

        Sweep Swept(Precision? precision) => Sweep.Run(network, scenes.Test, new() { Measure = Measure.CrossEntropy, Precision = precision });
    }

    [Fact]
    public void A_weight_that_an_intervention_changes_is_rounded_anew()
    {
        using var network = Trained("resnet");
        using var images = SmallData.Images("bars", 12, 5);
        var halved = Intervention.Of("halved", site => site.Kernel.mul_(0.5));
        var sweep = Sweep.Run(network, images, new() { Intervention = halved, Measure = Measure.CrossEntropy, Precision = Precision.BFloat16 });
        var exact = Sweep.Run(network, images, new() { Intervention = halved, Measure = Measure.CrossEntropy });
        Assert.All(exact.Targets.Zip(sweep.Targets), pair => Assert.Equal(pair.First.Value, pair.Second.Value, 0.05 * Math.Max(1, pair.First.Value)));
        Assert.Contains(exact.Targets, target => Math.Abs(target.Drop) > 0.2 * Math.Max(1, target.Value)); // which a stale weight would miss
    }

    [Fact]
    public void The_precision_is_part_of_a_sweep_s_address_and_single_precision_is_the_one_that_needs_no_word()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 30, 5);
        string Address(Precision? precision) => SweepPlan.Of(network, images, new() { Precision = precision }).Identity.Address;
        Assert.Equal(Address(null), Address(Precision.Float32));
        Assert.Equal(3, new[] { Address(Precision.Float32), Address(Precision.TensorFloat32), Address(Precision.BFloat16) }.Distinct().Count());
    }

    [Theory]
    [InlineData(null, Precision.Float32)]
    [InlineData(Precision.TensorFloat32, Precision.TensorFloat32)]
    public void A_sweep_says_its_precision_also_where_it_is_read_from_a_file(Precision? asked, Precision expected)
    {
        using var folder = new TemporaryFolder();
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 30, 5);
        var store = new SweepStore(folder.Path);
        Sweep Swept() => Sweep.Run(network, images, new() { Precision = asked }, store: store);
        Assert.All(new[] { Swept(), Swept(), Sweep.Load(Directory.GetFiles(folder.Path).Single()) }, sweep => Assert.Equal(expected, sweep.Precision));
    }

    [Fact]
    public void A_file_with_the_precision_of_a_later_version_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 30, 5);
        Sweep.Run(network, images, new() { Precision = Precision.TensorFloat32 }, store: new SweepStore(folder.Path));
        var path = Directory.GetFiles(folder.Path).Single();
        var stored = StoredSweep.Load(path);
        var later = JsonNode.Parse(JsonSerializer.Serialize(stored.Identity.Description).Replace("tf32", "float8", StringComparison.Ordinal))!.AsObject();
        using (var stream = File.Create(path))
            (stored with { Identity = stored.Identity with { Description = new Identity(later) } }).Write(stream);
        Assert.Contains("its precision is \"float8\"; known are float32, tf32, bfloat16", Assert.Throws<InvalidDataException>(() => Sweep.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_work_in_bfloat16_the_process_computes_as_before()
    {
        using var scope = NewDisposeScope();
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 6, 5);
        Sweep.Run(network, images, new() { Precision = Precision.BFloat16 });
        Assert.Equal(ScalarType.Float32, network.call(images.Batch(0, 4, CPU).Images).dtype);
        LiveTensors.AssertUnchangedBy(() => Sweep.Run(network, images, new() { Precision = Precision.BFloat16 }));
    }

    private static Module<Tensor, Tensor> Trained(string family)
    {
        Module<Tensor, Tensor> network = family switch
        {
            "resnet" => ResNet.ForSmallImages(8, 16, SmallData.Classes.Length, 1),
            "plain" => PlainNet.ForSmallImages(8, 16, SmallData.Classes.Length, 1),
            "vgg" => Vgg.ForSmallImages(11, 0.25, SmallData.Classes.Length, 1),
            _ => Sequential(Conv2d(1, 16, 3, padding: 1), BatchNorm2d(16), ReLU(), MaxPool2d(2), Conv2d(16, 16, 3, groups: 4), ReLU(), AdaptiveAvgPool2d(1), Flatten(), Linear(16, SmallData.Classes.Length)),
        };
        using var data = SmallData.Split();
        Trainer.Fit(network, data, new Recipe { Epochs = 3, Batch = 32, LearningRate = 0.05, CropPadding = 0 }, seed: 1); // so that its layers matter
        return network;
    }

    /// <summary>A linear classifier that remembers whether TF32 was allowed when it was called.</summary>
    private sealed class Recording : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> conv, classifier;

        public Recording()
            : base("recording")
        {
            (conv, classifier) = (Conv2d(1, 1, 1), Linear(144, SmallData.Classes.Length));
            RegisterComponents();
        }

        public HashSet<bool> AllowedInTraining { get; } = [];

        public HashSet<bool> AllowedInEvaluation { get; } = [];

        public override Tensor forward(Tensor input)
        {
            (training ? AllowedInTraining : AllowedInEvaluation).Add(ComputeDevice.AllowTF32);
            return classifier.call(conv.call(input).flatten(1));
        }
    }
}
