using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>
/// The kit on <see cref="ComputeDevice.Default"/>, whichever that is: <c>TRIVIAL_LAYERS_DEVICE=cuda dotnet test --filter Category=Device</c> for a card. What it computes is compared with the processor.
/// </summary>
[Trait("Category", "Device")]
public sealed class DeviceTests : IDisposable
{
    private static readonly Recipe s_recipe = new() { Epochs = 4, Batch = 32, LearningRate = 0.05, CropPadding = 1 };

    /// <summary>The weights of a network that was trained on this device once, kept on the processor.</summary>
    private static readonly Lazy<Dictionary<string, Tensor>> s_trained = new(() =>
    {
        using var scope = NewDisposeScope();
        using var data = SmallData.Split(train: 192);
        using var network = Untrained(Here);
        Trainer.Fit(network, data, s_recipe, seed: 1);
        return network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().cpu().clone().DetachFromDisposeScope());
    });

    private readonly DataSplit _data = SmallData.Split(train: 192);
    private readonly TemporaryFolder _folder = new();

    private static Device Here => ComputeDevice.Default;

    public static TheoryData<Precision, bool> Trainings => new()
    {
        { Precision.Float32, true }, { Precision.TensorFloat32, true }, { Precision.BFloat16, true }, { Precision.Float32, false },
    };

    public void Dispose()
    {
        _data.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void It_says_what_it_is()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(ComputeDevice.Describe());
        Assert.Contains(Here.type == DeviceType.CUDA ? "CUDA " : "libtorch 2.", ComputeDevice.Describe());
    }

    [Fact]
    public void Logits_and_gradients_are_those_of_the_processor()
    {
        using var scope = NewDisposeScope();
        var (images, labels) = _data.Train.Batch(0, 64, CPU);
        var expected = Gradients(CPU);
        var found = Gradients(Here);
        Assert.All(expected.Zip(found), pair => Assert.InRange(((pair.First - pair.Second).abs().max() / pair.First.abs().max().clamp_min(1e-6)).item<float>(), 0, 2e-3f));

        List<Tensor> Gradients(Device device)
        {
            using var network = Untrained(device);
            using var backend = ConvolutionBackend.For(network);
            var logits = network.call(images.to(device).ToChannelsLast());
            functional.cross_entropy(logits, labels.to(device)).backward();
            return [logits.detach().cpu(), .. network.parameters().Select(parameter => parameter.grad!.cpu())];
        }
    }

    [Fact]
    public void Images_are_cropped_and_flipped_alike()
    {
        using var scope = NewDisposeScope();
        var batch = _data.Train.Normalise(_data.Train.Images.slice(0, 0, 32, 1));
        var augmentation = new Augmentation(4, true);
        var (expected, found) = (augmentation.Apply(batch, new Generator(7, CPU)), augmentation.Apply(batch.to(Here), new Generator(7, CPU)));
        Assert.True(expected.equal(found.cpu()).all().item<bool>());
    }

    [Fact]
    public void Batches_of_an_epoch_are_the_same_images_in_the_same_order()
    {
        using var scope = NewDisposeScope();
        using var expected = new EpochBatches(_data.Train, 32, new Augmentation(2, true), new Generator(5, CPU), CPU);
        using var found = new EpochBatches(_data.Train, 32, new Augmentation(2, true), new Generator(5, CPU), Here);
        Assert.Equal(expected.Count, found.Count);
        Assert.All(found.Kept.Append(_data.Train.On(Here).Images), tensor => Assert.Equal(Here.type, tensor.device_type)); // nothing is copied within the epoch
        for (var step = 0; step < expected.Count; step++)
        {
            var ((images, labels), (here, labelsHere)) = (expected.Batch(step), found.Batch(step));
            Assert.True(labels.equal(labelsHere.cpu()).all().item<bool>());
            Assert.InRange((images - here.cpu()).abs().max().item<float>(), 0, 1e-6f);
        }
    }

    [Theory]
    [MemberData(nameof(Trainings))]
    public void A_training_learns_and_leaves_the_process_as_it_was(Precision precision, bool deterministic)
    {
        var before = Position();
        var tensors = ComputeDevice.AllowTF32;
        using var network = Untrained(Here);
        var history = Trainer.Fit(network, _data, s_recipe with { Precision = precision, Deterministic = deterministic, Epochs = 10 }, seed: 1);
        Assert.InRange(history.Epochs[^1].ValidationAccuracy, 90, 100);
        Assert.Equal(before, Position());
        Assert.Equal(tensors, ComputeDevice.AllowTF32);
        Assert.All(network.parameters(), parameter => Assert.True(parameter.is_contiguous()));
    }

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.TensorFloat32)]
    [InlineData(Precision.BFloat16)]
    public void Two_trainings_of_one_seed_end_with_the_same_bytes(Precision precision)
    {
        string Once()
        {
            using var network = Untrained(Here);
            Trainer.Fit(network, _data, s_recipe with { Precision = precision, Epochs = 2 }, seed: 3);
            return NetworkDescription.WeightsOf(network);
        }

        Assert.Equal(Once(), Once());
    }

    [Fact]
    public void In_large_batches_which_a_GPU_lays_otherwise_two_trainings_end_with_the_same_bytes_too()
    {
        using var data = SmallData.Split(train: 256);
        string Once()
        {
            using var network = Untrained(Here);
            Trainer.Fit(network, data, s_recipe with { Batch = 256, Epochs = 2 }, seed: 3);
            return NetworkDescription.WeightsOf(network);
        }

        Assert.Equal(Once(), Once());
    }

    [Fact]
    public void A_training_that_is_stopped_goes_on_and_ends_with_the_same_bytes()
    {
        using var whole = Untrained(Here);
        new RunStore(_folder["whole"]).GetOrTrain(whole, _data, s_recipe, 1);
        using var stopped = Untrained(Here);
        using var stop = new StopAfter(9);
        Assert.Throws<OperationCanceledException>(() => new RunStore(_folder["runs"]).GetOrTrain(stopped, _data, s_recipe, 1, stop));
        using var resumed = Untrained(Here);
        new RunStore(_folder["runs"]).GetOrTrain(resumed, _data, s_recipe, 1);
        Assert.Equal(NetworkDescription.WeightsOf(whole), NetworkDescription.WeightsOf(resumed));
    }

    [Theory]
    [InlineData("unet")]
    [InlineData("segnet")]
    public void Segmentation_trains_to_the_same_bytes_twice(string family)
    {
        using var scenes = SmallScenes.Split();
        string Once()
        {
            using var network = TrainedOn(scenes, family);
            return NetworkDescription.WeightsOf(network);
        }

        Assert.Equal(Once(), Once());
    }

    [Theory]
    [InlineData("unet")]
    [InlineData("segnet")]
    public void Segmentation_is_swept_as_on_the_CPU(string family)
    {
        using var scenes = SmallScenes.Split();
        using var network = TrainedOn(scenes, family);
        SameOnTheProcessor(network, scenes.Test, new() { Measure = Measure.CrossEntropy });
        SameOnTheProcessor(network, scenes.Test, new() { Measure = Measure.MeanIoU(SmallScenes.Classes.Length) });
    }

    private static EncoderDecoder TrainedOn(DataSplit scenes, string family)
    {
        EncoderDecoder network = family == "unet"
            ? UNet.ForSmallImages(levels: 2, width: 16, classes: SmallScenes.Classes.Length, units: 1)
            : SegNet.ForSmallImages(levels: 2, width: 16, classes: SmallScenes.Classes.Length, units: 1);
        network.to(Here);
        Trainer.Fit(network, scenes, s_recipe with { Epochs = 2, Batch = 16 }, seed: 3);
        return network;
    }

    [Fact]
    public void Evaluation_and_sweep_find_the_accuracies_of_the_processor()
    {
        using var network = Trained();
        var (accuracy, sweep) = (Evaluation.Accuracy(network, _data.Test), Sweep.Run(network, _data.Test));
        network.to(CPU);
        Assert.Equal(Evaluation.Accuracy(network, _data.Test), accuracy, 100.0 / _data.Test.Count);
        var expected = Sweep.Run(network, _data.Test);
        Assert.All(expected.Targets.Zip(sweep.Targets), pair =>
        {
            Assert.Equal(pair.First.Layer.Name, pair.Second.Layer.Name);
            Assert.Equal(pair.First.Value, pair.Second.Value, 1.5 * 100 / _data.Test.Count);
        });
    }

    [Fact]
    public void Evaluation_and_sweep_in_bfloat16_differ_from_single_precision_by_rounding()
    {
        using var network = Trained();
        var (exact, rounded) = (Evaluation.Run(network, _data.Test), Evaluation.Run(network, _data.Test, precision: Precision.BFloat16));
        Assert.NotEqual(exact.CrossEntropy, rounded.CrossEntropy);
        Assert.Equal(exact.CrossEntropy, rounded.CrossEntropy, 0.05);
        var (expected, found) = (Swept(Precision.Float32), Swept(Precision.BFloat16));
        Assert.All(expected.Targets.Zip(found.Targets), pair => Assert.Equal(pair.First.Value, pair.Second.Value, 0.1 * Math.Max(1, pair.First.Value)));

        Sweep Swept(Precision precision) => Sweep.Run(network, _data.Test, new() { Measure = Measure.CrossEntropy, Precision = precision });
    }

    public static TheoryData<Intervention> Interventions =>
    [
        Intervention.ZeroFilters(Norm.L1, 0.25, 0.75), Intervention.StartWeights(1), Intervention.DrawnAnew(2), Intervention.MeanOutput, Intervention.BranchRemoved,
        Intervention.Of("halved", site => site.Kernel.mul_(0.5)),
    ];

    [Theory]
    [MemberData(nameof(Interventions))]
    public void Every_intervention_does_what_it_does_on_the_processor(Intervention intervention) => SameOnTheProcessor(new() { Intervention = intervention, Measure = Measure.CrossEntropy });

    [Fact]
    public void Statistics_are_recomputed_as_on_the_processor() => SameOnTheProcessor(new() { Intervention = Intervention.StatisticsRecomputed(_data.Train), Measure = Measure.CrossEntropy });

    public static TheoryData<Targets> Strategies => [Targets.Cumulative(["layer1.0.conv1", "layer2.0.conv2"]), Targets.Random([2], draws: 3, seed: 1), Targets.Groups(layer => layer.Unit), Targets.Greedy(2), Targets.Sets([["conv1", "layer1.0.conv2"], ["layer2.0.conv1"]])];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Every_strategy_does_what_it_does_on_the_processor(Targets targets) => SameOnTheProcessor(new() { Targets = targets, Measure = Measure.CrossEntropy });

    private void SameOnTheProcessor(SweepOptions options)
    {
        using var network = Trained();
        SameOnTheProcessor(network, _data.Test, options);
    }

    private static void SameOnTheProcessor(Module<Tensor, Tensor> network, ImageSet images, SweepOptions options)
    {
        network.to(Here);
        var found = Sweep.Run(network, images, options);
        network.to(CPU);
        var expected = Sweep.Run(network, images, options);
        Assert.All(expected.Targets.Zip(found.Targets), pair =>
        {
            Assert.Equal(pair.First.Names, pair.Second.Names);
            Assert.Equal(pair.First.Value, pair.Second.Value, 0.01 * Math.Max(1, pair.First.Value));
        });
    }

    [Fact]
    public void A_zeroed_layer_that_is_taken_out_leaves_the_same_answers()
    {
        using var scope = NewDisposeScope();
        using var network = Trained();
        using var evaluation = new EvaluationMode(network);
        var images = _data.Test.Batch(0, 48, Here).Images.ToChannelsLast();
        var layer = network.Layers.First(candidate => candidate.Role == LayerRole.Residual).Name;
        Tensor expected;
        using (Zeroing.Of(network, layer))
            expected = network.call(images.clone()).detach();
        Pruning.TakeOut(network, [layer], SmallDataSide, SmallDataSide);
        Assert.InRange((network.call(images.clone()) - expected).abs().max().item<float>() / expected.abs().max().item<float>(), 0, 1e-3f);
    }

    [Fact]
    public void Twenty_sweeps_leave_no_memory_behind()
    {
        using var network = Trained();
        Sweep.Run(network, _data.Test);
        var free = CudaRuntime.Free(Here);
        LiveTensors.AssertUnchangedBy(() =>
        {
            for (var sweep = 0; sweep < 20; sweep++)
                Sweep.Run(network, _data.Test);
        });
        Assert.True(free - CudaRuntime.Free(Here) is null or < (64 << 20), $"{free - CudaRuntime.Free(Here)} bytes of the card's memory were taken by sweeps that are over.");
    }

    private const int SmallDataSide = 12;

    private static ResNet Untrained(Device device)
    {
        var network = ResNet.ForSmallImages(8, 16, SmallData.Classes.Length, 1);
        Initialisation.He(network, 3);
        network.to(device);
        return network;
    }

    private static ResNet Trained()
    {
        var network = Untrained(Here);
        network.load_state_dict(s_trained.Value);
        network.eval();
        return network;
    }

    private static (bool, bool) Position() => (
        TorchSetting.Find("deterministicAlgorithms", "setDeterministicAlgorithms", wanted: true, warns: true)!.Value,
        TorchSetting.Find("deterministicCuDNN", "setDeterministicCuDNN", wanted: true)!.Value);
}
