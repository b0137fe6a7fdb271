using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>
/// The tests do not assume a graphics card. A network on the META device, which knows shapes and no numbers, fails as one on a card would when a tensor is left on
/// the processor. libtorch has no META form of convolution, batch norm and VGG's rectifier; stand-ins with the same weights and shapes take their places, and
/// refuse what is elsewhere.
/// </summary>
public sealed class MetaDeviceTests
{
    public static TheoryData<string> Networks => ["resnet", "zero-padded", "large", "bottleneck", "large stem", "plain net", "vgg", "pruned", .. EncoderDecoders.Kinds];

    /// <summary>All but the one that measures statistics anew: it needs the forward pass of real batch norms, which META has not.</summary>
    public static TheoryData<Intervention> Interventions =>
        [Intervention.Zero, Intervention.ZeroFilters(Norm.L2, 0.5), Intervention.StartWeights(1), Intervention.DrawnAnew(2), Intervention.MeanOutput, Intervention.BranchRemoved];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Augmentation_forward_backward_and_a_training_step_stay_on_the_device(string family)
    {
        using var scope = NewDisposeScope();
        using var network = OnMeta(family);
        using var images = ImagesFor(network);
        using var generator = new Generator(1, CPU);
        using var optimizer = new Sgd(network, Recipe.Reference, new Dictionary<string, Tensor>());
        var (stored, storedLabels) = images.Batch(0, 8, META);

        network.train();
        var (input, labels) = new Augmentation(4, true).Apply(stored, storedLabels, generator);
        var logits = network.call(input.ToChannelsLast());
        optimizer.Step(functional.cross_entropy(logits.movedim([1], [-1]).flatten(0, -2), labels.flatten()), learningRate: 0.1); // that of maps has no META form

        Assert.Equal(DeviceType.META, logits.device_type);
        Assert.All(optimizer.State.Values, momentum => Assert.Equal(DeviceType.META, momentum.device_type));
        Assert.All(network.parameters(), parameter => Assert.Equal(DeviceType.META, parameter.device_type));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_sweep_computes_each_suffix_on_the_device(string family)
    {
        using var scope = NewDisposeScope();
        using var original = Make(family);
        using var network = OnMeta(family);
        using var images = ImagesFor(network);
        using var evaluation = new EvaluationMode(network);
        var (input, _) = images.Batch(0, 8, META);
        using var engine = PrefixReuse.For(network, input);

        var baseline = engine.Begin(input.ToChannelsLast());

        Assert.All(original.Segments.Index(), entry =>
        {
            var logits = engine.From(entry.Index, FoldedNetwork.NoneZeroed);
            Assert.Equal(baseline.device_type, logits.device_type);
            Assert.Equal(baseline.shape, logits.shape);
        });
    }

    [Fact]
    public void Reading_a_value_back_fails()
    {
        using var scope = NewDisposeScope();
        Assert.ThrowsAny<Exception>(() => zeros(1, device: META).item<float>());
        Assert.ThrowsAny<Exception>(() => zeros(1, device: META).cpu());
        Assert.ThrowsAny<Exception>(() => zeros(1, device: META).ToInt64());
    }

    [Theory]
    [InlineData("resnet")]
    [InlineData("vgg")]
    public void No_step_of_an_epoch_waits_for_a_value_from_the_device(string family)
    {
        using var network = OnMeta(family);
        using var data = SmallData.Split();
        var progress = new CountedReports();
        Assert.ThrowsAny<Exception>(() => Trainer.Fit(network, data, new Recipe { Epochs = 1, Batch = 32, CropPadding = 1, Flip = true }, seed: 1, progress)); // reads the losses at the end
        Assert.Equal(data.Train.Count / 32, progress.Count);
    }

    [Theory]
    [InlineData("resnet")]
    [InlineData("large")]
    [InlineData("vgg")]
    [InlineData("unet")]
    [InlineData("segnet")]
    public void No_batch_of_an_evaluation_or_a_sweep_waits_for_a_value_from_the_device(string family)
    {
        using var scope = NewDisposeScope();
        using var network = OnMeta(family);
        using var images = ImagesFor(network);
        if (!images.HasPixelLabels)
        {
            using var answers = Evaluation.Answers(network, images, batch: 3, isFolded: false);
            Assert.ThrowsAny<Exception>(answers.ToEvaluation);
        }

        using var evaluation = new EvaluationMode(network);
        var (input, labels) = images.Batch(0, 4, META);
        using var engine = PrefixReuse.For(network, input);
        using ISheet sheet = images.HasPixelLabels ? new ValueSheet(Measure.MeanIoU(3)) : new AnswerSheet(images);
        sheet.Add(engine.Begin(input.ToChannelsLast()), labels);
        sheet.Add(engine.From(1, FoldedNetwork.NoneZeroed), labels);
        Assert.ThrowsAny<Exception>(() => sheet.ToMeasurement(null));
    }

    [Theory]
    [MemberData(nameof(Interventions))]
    public void An_intervention_changes_the_network_on_the_device(Intervention intervention)
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.ForSmallImages(8, 4, 3, 1).to(META);
        using var noGradients = no_grad();
        var norm = (BatchNorm)network.named_modules().Single(found => found.name == "layer1.0.bn2").module;
        var site = new InterventionSite(network, network.Layers.Single(layer => layer.Name == "layer1.0.conv2"), norm, EndsBranch: true);
        Assert.True(intervention.AppliesTo(site));
        intervention.Apply([site], 0.5);
        Assert.All(network.state_dict().Values, value => Assert.Equal(DeviceType.META, value.device_type));
    }

    [Fact]
    public void A_measure_computes_on_the_device()
    {
        using var scope = NewDisposeScope();
        var (outputs, labels) = (zeros(4, 3, 12, 12, device: META), zeros(4, 12, 12, dtype: ScalarType.Int64, device: META));
        var measure = Measure.MeanIoU(3);
        Assert.Equal((DeviceType.META, 4), (measure.OfBatch(outputs, labels).Values.device_type, (int)measure.OfBatch(outputs, labels).Values.shape[0]));
        Assert.Equal(DeviceType.META, measure.OfBatch(outputs, labels).Counts!.device_type);
        Assert.ThrowsAny<Exception>(() => measure.OfBatch(outputs, labels.to(CPU)));
    }

    [Fact]
    public void A_tensor_left_on_the_processor_fails()
    {
        using var scope = NewDisposeScope();
        using var network = OnMeta("resnet");
        Assert.Throws<ArgumentException>(() => network.call(zeros(1, 1, 12, 12)));
    }

    private static SegmentedNetwork Make(string family) => family switch
    {
        "resnet" => ResNet.ForSmallImages(8, 4, 3, 1),
        "zero-padded" => ResNet.ForSmallImages(8, 4, 3, 1, ShortcutKind.ZeroPadded),
        "large" => ResNet.ForLargeImages(18, 3, 1, 4, smallImageStem: true),
        "bottleneck" => ResNet.ForLargeImages(50, 3, 1, 4, smallImageStem: true),
        "large stem" => ResNet.ForLargeImages(18, 3, 1, 4),
        "pruned" => Pruned(),
        "vgg" => Vgg.ForSmallImages(11, 0.1, 3, 1),
        "plain net" => PlainNet.ForSmallImages(8, 4, 3, 1),
        _ => EncoderDecoders.Make(family, width: 4, classes: 3, units: 1),
    };

    private static ResNet Pruned()
    {
        var network = ResNet.ForSmallImages(14, 4, 3, 1);
        TrivialLayers.Pruning.TakeOut(network, ["layer1.1.conv1", "layer2.0.conv2"], 12, 12);
        return network;
    }

    private static ImageSet ImagesFor(Module network) => network is EncoderDecoder ? SmallScenes.Images("squares", 8, 1) : SmallData.Images("bars", 8, 1);

    private static SegmentedNetwork OnMeta(string family)
    {
        var network = Make(family);
        foreach (var (name, module) in network.named_modules().ToList())
        {
            if (module is Conv2d convolution)
                network.Replace(name, new ConvolutionStandIn(convolution), height: 12, width: 12);
            else if (module is BatchNorm2d norm)
                network.Replace(name, new BatchNormStandIn(norm), height: 12, width: 12);
            else if (module is ReLU)
                network.Replace(name, new RectifierStandIn(), height: 12, width: 12);
        }

        network.to(META);
        return network;
    }

    private sealed class CountedReports : IProgress<ProgressReport>
    {
        public int Count { get; private set; }

        public void Report(ProgressReport value) => Count++;
    }

    private static void CheckDevice(Tensor input, Tensor weight)
    {
        if (input.device_type != weight.device_type)
            throw new ArgumentException($"The input is on {input.device}, the weights are on {weight.device}.");
    }

    /// <summary>The shapes of a convolution, and a value that depends on its input and on every weight.</summary>
    private sealed class ConvolutionStandIn : Module<Tensor, Tensor>
    {
        private readonly Parameter weight;
        private readonly long _stride;
        private readonly long _padding;

        public ConvolutionStandIn(Conv2d like) : base(nameof(ConvolutionStandIn))
        {
            weight = new Parameter(like.weight!.detach().clone());
            (_stride, _padding) = (like.stride[0], like.padding![0]);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            CheckDevice(input, weight);
            using var scope = NewDisposeScope();
            long Size(int dimension) => ((input.shape[dimension] + (2 * _padding) - weight.shape[dimension]) / _stride) + 1;
            var mixed = input.mean([2, 3]).matmul(weight.mean([2, 3]).t());
            return mixed.view(input.shape[0], weight.shape[0], 1, 1).expand(-1, -1, Size(2), Size(3)).contiguous().MoveToOuterDisposeScope();
        }
    }

    private sealed class RectifierStandIn() : Module<Tensor, Tensor>(nameof(RectifierStandIn))
    {
        public override Tensor forward(Tensor input) => functional.relu(input + 0, inplace: true);
    }

    /// <summary>Scales and shifts each channel as batch norm does after a training.</summary>
    private sealed class BatchNormStandIn : Module<Tensor, Tensor>
    {
        private readonly Parameter weight;
        private readonly Parameter bias;

        public BatchNormStandIn(BatchNorm2d like) : base(nameof(BatchNormStandIn))
        {
            weight = new Parameter(like.weight!.detach().clone());
            bias = new Parameter(like.bias!.detach().clone());
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            CheckDevice(input, weight);
            using var scope = NewDisposeScope();
            return (input * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)).MoveToOuterDisposeScope();
        }
    }
}
