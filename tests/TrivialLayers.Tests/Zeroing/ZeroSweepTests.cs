using CsCheck;
using TorchSharp;
using TrivialLayers.Evidence;
using TrivialLayers.Models;
using TrivialLayers.Tests.Runtime;
using TrivialLayers.Zeroing;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using ZeroingScope = TrivialLayers.Zeroing.Zeroing;

namespace TrivialLayers.Tests.Zeroing;

public sealed class ZeroSweepTests
{
    [Fact]
    public void Reusing_the_prefix_gives_the_logits_of_the_plain_way() => Gen.Select(Gen.Int[0, 2], Gen.Int[1, 4], Gen.Int[1, 100]).Sample(
        (family, width, seed) =>
        {
            using var scope = NewDisposeScope();
            using StagedNetwork network = family switch
            {
                0 => ResNet.ForSmallImages(8 + (6 * (seed % 2)), width, 3, 1),
                1 => PlainNet.ForSmallImages(8, width, 3, 1),
                _ => Vgg.ForSmallImages(11, width / 64.0, 3, 1),
            };
            Initialisation.He(network, seed);
            using var evaluation = new EvaluationMode(network);
            var batch = randn(2, 1, 12, 12);
            var reuse = PrefixReuse.For(network, network.Layers);
            Assert.True(reuse.Begin(batch).equal(network.call(batch)).all().item<bool>());
            foreach (var layer in network.Layers)
            {
                using var zeroing = ZeroingScope.Of(network, layer.Name);
                Assert.True(reuse.After(layer.Name).equal(network.call(batch)).all().item<bool>(), layer.Name);
            }
        }, iter: 12, seed: "0000000000001", threads: 1);

    [Fact]
    public void A_module_without_stages_is_swept_to_the_same_outcomes()
    {
        using var network = Trained();
        using var images = SmallData.Images("bars", 60, 5);
        using var opaque = new Opaque(network);
        var staged = ZeroSweep.Run(network, images, store: SweepStore.None);
        var plain = ZeroSweep.Run(opaque, images, store: SweepStore.None);
        Assert.Equal(staged.Baseline.Outcomes, plain.Baseline.Outcomes);
        Assert.Equal(staged.Layers.Select(layer => layer.Outcomes), plain.Layers.Select(layer => layer.Outcomes));
        Assert.All(plain.Layers, layer => Assert.Equal(LayerRole.Unspecified, layer.Layer.Role));
    }

    [Fact]
    public void A_sweep_tells_what_an_evaluation_under_zeroing_tells()
    {
        using var network = Trained();
        using var images = SmallData.Images("bars", 60, 5);
        var before = ModuleTree.Fingerprint(network);
        var sweep = ZeroSweep.Run(network, images, store: SweepStore.None, batch: 7);
        Assert.Equal(before, ModuleTree.Fingerprint(network));
        foreach (var layer in sweep.Layers)
        {
            using var zeroing = ZeroingScope.Of(network, layer.Layer.Name);
            var direct = Evaluation.Run(network, images);
            Assert.Equal(direct.Outcomes.ToArray(), layer.Outcomes.ToArray());
            Assert.Equal(direct.Confusion.Counts, layer.Confusion.Counts);
            Assert.Equal(direct.CrossEntropy, layer.Outcomes.MeanCrossEntropy, 1e-5);
            Assert.Equal(sweep.Baseline.Percent - direct.Percent, layer.Drop, 1e-9);
            Assert.True(layer.Interval.Contains(layer.Drop));
        }
    }

    [Fact]
    public void A_kernel_that_is_zero_already_is_an_error_not_a_trivial_layer()
    {
        using var network = Trained();
        using var images = SmallData.Images("bars", 30, 5);
        using var zeroing = ZeroingScope.Of(network, "layer1.0.conv2");
        var error = Assert.Throws<InvalidOperationException>(() => ZeroSweep.Run(network, images, store: SweepStore.None));
        Assert.Contains("'layer1.0.conv2' is zero already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stored_sweep_loads_and_a_damaged_one_is_reported_and_computed_anew()
    {
        using var folder = new TemporaryFolder();
        using var network = Trained();
        using var images = SmallData.Images("bars", 60, 5);
        var reports = new List<string>();
        var store = new SweepStore(folder.Path, report: reports.Add);
        var computed = ZeroSweep.Run(network, images, store: store);
        var loaded = ZeroSweep.Run(network, images, store: store);
        Assert.Equal(computed.Seconds, loaded.Seconds);
        Assert.Equal(computed.Layers.Select(layer => layer.Outcomes), loaded.Layers.Select(layer => layer.Outcomes));
        Assert.Equal(computed.Layers.Select(layer => layer.Interval), loaded.Layers.Select(layer => layer.Interval));

        var file = Directory.GetFiles(folder.Path).Single();
        File.WriteAllText(file, File.ReadAllText(file)[..200]);
        var again = ZeroSweep.Run(network, images, store: store);
        Assert.Equal(computed.Baseline.Outcomes, again.Baseline.Outcomes);
        Assert.Contains(file, Assert.Single(reports), StringComparison.Ordinal);
        Assert.True(File.Exists(file + ".damaged-1"));
    }

    [Fact]
    public void Sweeping_leaves_no_tensor_behind()
    {
        using var network = Trained();
        using var images = SmallData.Images("bars", 60, 5);
        ZeroSweep.Run(network, images, store: SweepStore.None);
        LiveTensors.AssertUnchangedInProcessBy(() => ZeroSweep.Run(network, images, store: SweepStore.None));
    }

    private static ResNet Trained()
    {
        var network = ResNet.ForSmallImages(8, 4, SmallData.Classes.Length, 1);
        Initialisation.He(network, 3);
        return network;
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
}
