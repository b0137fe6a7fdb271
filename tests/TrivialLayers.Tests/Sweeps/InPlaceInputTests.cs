using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>Networks that change their input in place, as many written in PyTorch do, against the same networks that make a tensor of their own.</summary>
public sealed class InPlaceInputTests
{
    public static TheoryData<string> Changes => ["normalises", "ReLU", "ReLU in each stage"];

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_network_that_changes_its_input_in_place_is_swept_as_one_that_does_not(string change)
    {
        using var images = SmallData.Images("bars", 48, 1);
        using var inPlace = Make(change, isInPlace: true);
        using var plain = Make(change, isInPlace: false);

        Assert.Equal(Evaluation.Accuracy(plain, images), Evaluation.Accuracy(inPlace, images));
        var expected = Sweep.Run(plain, images, new() { Batch = 20 });
        var found = Sweep.Run(inPlace, images, new() { Batch = 20 });
        Assert.Equal(expected.Baseline.Outcomes!.MeanCrossEntropy, found.Baseline.Outcomes!.MeanCrossEntropy, 1e-6);
        Assert.Equal(expected.Targets.Select(layer => layer.Layer.Name), found.Targets.Select(layer => layer.Layer.Name));
        Assert.All(expected.Targets.Zip(found.Targets), pair => Assert.Equal(pair.First.CrossEntropyChange!.Value, pair.Second.CrossEntropyChange!.Value, 1e-6));
        Assert.Contains(found.Targets, layer => Math.Abs(layer.CrossEntropyChange!.Value) > 1e-4);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_probe_and_a_stored_sweep_of_it_are_found_again(string change)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var images = SmallData.Images("bars", 48, 1);
        using var inPlace = Make(change, isInPlace: true);
        using var plain = Make(change, isInPlace: false);
        var (batch, _) = images.Batch(0, 16, CPU);
        var before = batch.clone();
        using var expected = BehaviourProbe.Of(plain, batch);
        using var found = BehaviourProbe.Of(inPlace, batch);
        Assert.True(found.Reproduces(expected.Tensors));
        Assert.True(batch.equal(before).all().item<bool>());

        var reports = new List<string>();
        var store = new SweepStore(folder.Path, report: reports.Add);
        Sweep.Run(inPlace, images, store: store);
        var file = Directory.GetFiles(folder.Path, "*.json").Single();
        var written = File.GetLastWriteTimeUtc(file);
        Sweep.Run(inPlace, images, store: store);
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));
        Assert.Empty(reports);
    }

    [Fact]
    public void Its_cost_is_that_of_the_same_numbers_each_time()
    {
        using var network = Make("normalises", isInPlace: true);
        Assert.Equal(2, NetworkCost.Of(network, 1, 12, 12, batch: 2, repeats: 3).Convolutions);
    }

    private static Module<Tensor, Tensor> Make(string change, bool isInPlace)
    {
        manual_seed(1);
        return change == "ReLU in each stage" ? new Staged(isInPlace) : new Plain(change == "normalises", isInPlace);
    }

    private sealed class Plain : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> conv1 = Conv2d(1, 16, 3, padding: 1);
        private readonly Module<Tensor, Tensor> conv2 = Conv2d(16, 16, 3, padding: 1);
        private readonly Module<Tensor, Tensor> head = Linear(16, SmallData.Classes.Length);
        private readonly bool _normalises;
        private readonly bool _isInPlace;

        public Plain(bool normalises, bool isInPlace) : base(nameof(Plain))
        {
            (_normalises, _isInPlace) = (normalises, isInPlace);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var own = _isInPlace ? input : input.clone();
            var features = conv1.call(_normalises ? own.sub_(0.5f).div_(0.5f) : own.relu_());
            return head.call((features + conv2.call(features.relu())).mean([2, 3]));
        }
    }

    private sealed class Staged : SegmentedNetwork
    {
        private readonly Module<Tensor, Tensor> conv1 = Conv2d(1, 16, 3, padding: 1);
        private readonly Module<Tensor, Tensor> conv2 = Conv2d(16, 16, 3, padding: 1);
        private readonly Module<Tensor, Tensor> conv3 = Conv2d(16, 16, 3, padding: 1);
        private readonly Module<Tensor, Tensor> head = Linear(16, SmallData.Classes.Length);
        private readonly bool _isInPlace;

        public Staged(bool isInPlace) : base(nameof(Staged), channels: 1)
        {
            _isInPlace = isInPlace;
            RegisterComponents();
        }

        public override IReadOnlyList<Segment> Segments =>
        [
            new("halve", [], input => Own(input).mul_(0.5f)),
            new("first", ["conv1"], input => conv1.call(Own(input).relu_())),
            new("second", ["conv2", "conv3"], input => conv3.call(conv2.call(Own(input).sub_(0.1f)).relu_())),
            new("head", ["head"], input => head.call(Own(input).relu_().mean([2, 3]))),
        ];

        public override LayerRole RoleOf(string layer) => LayerRole.Plain;

        private Tensor Own(Tensor input) => _isInPlace ? input : input.clone();
    }
}
