using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>A training loop as a user writes one, kept under a name and a version.</summary>
public sealed class OwnLoopTests : IDisposable
{
    private const int Epochs = 4;

    private readonly TemporaryFolder _folder = new();
    private readonly DataSplit _data = SmallData.Split();
    private readonly List<string> _reports = [];
    private int _calls;

    private RunStore Store => new(_folder["runs"], report: _reports.Add);

    private OwnTraining What => new("heavy ball by hand", 1, _data, seed: 1);

    public void Dispose()
    {
        _folder.Dispose();
        _data.Dispose();
    }

    [Fact]
    public void The_second_time_it_loads_without_a_call_of_the_loop()
    {
        using var first = Network();
        var run = Store.GetOrMake(What, first, Train);
        using var second = Network();
        var again = Store.GetOrMake(What, second, Train);
        Assert.Equal(1, _calls);
        Assert.Equal((run.Folder, run.Checksum), (again.Folder, again.Checksum));
        Assert.Equal(NetworkDescription.WeightsOf(first), NetworkDescription.WeightsOf(second));
        Assert.Null(again.Recipe);
        Assert.Equal("heavy ball by hand, version 1", again.Training);
        Assert.Equal(Evaluation.Accuracy(first, _data.Test), again.TestAccuracy);
        Assert.Equal(Provenance.Current().LibTorch, again.Provenance.LibTorch);
        Assert.Empty(_reports);
    }

    [Theory]
    [InlineData(1, "Nothing is kept in")]
    [InlineData(5, "The state that the loop kept at 1 is in")]
    [InlineData(11, "The state that the loop kept at 3 is in")]
    public void Cancelled_in_the_middle_it_goes_on_and_ends_with_the_same_bits(int batches, string kept)
    {
        using var whole = Network();
        new RunStore(_folder["whole"]).GetOrMake(What, whole, Train);

        using var cancelled = Network();
        using var source = new CancellationTokenSource();
        var error = Assert.Throws<OperationCanceledException>(() => Store.GetOrMake(What, cancelled, loop => Train(loop, () => batches-- == 0, source), cancellationToken: source.Token));
        Assert.Contains(kept, error.Message, StringComparison.Ordinal);
        using var resumed = Network(seed: 9); // the next process has drawn other weights
        Store.GetOrMake(What, resumed, Train);
        Assert.Equal(NetworkDescription.WeightsOf(whole), NetworkDescription.WeightsOf(resumed));
        Assert.Empty(_reports);
    }

    [Fact]
    public void Another_networks_answers_are_not_taken_for_its_own()
    {
        using var first = new Bent(bend: false);
        using var other = new Bent(bend: true); // the same modules; the forward pass differs
        var run = Store.GetOrMake(What, first, Train);
        var others = Store.GetOrMake(What, other, Train);
        Assert.Equal(2, _calls);
        Assert.Equal(run.Address, others.Address);
        Assert.NotEqual(run.Folder, others.Folder);
    }

    [Fact]
    public void An_unfinished_training_of_another_network_is_not_gone_on_with()
    {
        using var source = new CancellationTokenSource();
        using var first = new Bent(bend: false);
        Assert.Throws<OperationCanceledException>(() => Store.GetOrMake(What, first, loop => Train(loop, () => File.Exists(Kept()), source), cancellationToken: source.Token));
        using var other = new Bent(bend: true);
        Store.GetOrMake(What, other, loop =>
        {
            Assert.Equal(0, loop.Resume(Velocity(loop.Network)));
            Train(loop);
        });

        string Kept() => Directory.GetFiles(_folder["runs"], "training.safetensors", SearchOption.AllDirectories).FirstOrDefault("none");
    }

    [Fact]
    public void Name_version_seed_images_and_network_are_its_address()
    {
        using var network = Network();
        using var fewer = _data.WithTraining(_data.Train.Count / 2);
        using var wider = ResNet.ForSmallImages(8, 8, SmallData.Classes.Length, 1);
        Identity[] all =
        [
            RunIdentity.OfLoop(network, What), RunIdentity.OfLoop(network, new("another", 1, _data, 1)), RunIdentity.OfLoop(network, new(What.Name, 2, _data, 1)), RunIdentity.OfLoop(network, new(What.Name, 1, _data, 2)),
            RunIdentity.OfLoop(network, new(What.Name, 1, fewer, 1)), RunIdentity.OfLoop(wider, What),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(["`loop`: heavy ball by hand 1, wanted heavy ball by hand 2"], RunIdentity.Differences(all[0], all[2]));
    }

    [Fact]
    public void A_loop_that_remembers_other_things_than_it_kept_is_told_to_raise_its_version()
    {
        using var network = Network();
        var error = Assert.Throws<ArgumentException>(() => Store.GetOrMake(What, network, loop =>
        {
            loop.Keep(1, new Dictionary<string, Tensor> { ["average"] = zeros(3) });
            loop.Resume();
        }));
        Assert.Contains("raise its version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_kept_and_is_damaged_is_told_and_the_loop_starts_over()
    {
        using var network = Network();
        Assert.ThrowsAny<InvalidOperationException>(() => Store.GetOrMake(What, network, loop =>
        {
            loop.Keep(1);
            throw new InvalidOperationException("the power goes");
        }));
        var state = Directory.GetFiles(_folder["runs"], "training.safetensors", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(state, File.ReadAllBytes(state)[..^5]);
        Store.GetOrMake(What, network, loop => Assert.Equal(0, loop.Resume()));
        Assert.Contains("Training starts over", Assert.Single(_reports), StringComparison.Ordinal);
    }

    private void Train(OwnLoop loop) => Train(loop, () => false, null);

    /// <summary>Ten lines of a user's: momentum by hand, a generator for each epoch, what it remembers kept after each.</summary>
    private void Train(OwnLoop loop, Func<bool> stop, CancellationTokenSource? source)
    {
        _calls++;
        Initialisation.He(loop.Network, loop.Seed);
        var velocity = Velocity(loop.Network);
        for (var epoch = loop.Resume(velocity); epoch < Epochs; epoch++)
        {
            using var generator = new Generator((ulong)Seeds.Derive(loop.Seed, $"epoch {epoch}"), CPU);
            foreach (var chosen in randperm(loop.Data.Train.Count, generator: generator).split(32))
            {
                if (stop())
                    source!.Cancel();
                loop.CancellationToken.ThrowIfCancellationRequested();
                Step(loop.Network, loop.Data.Train, chosen, velocity);
            }

            loop.Keep(epoch + 1, velocity);
        }
    }

    private static void Step(Module<Tensor, Tensor> network, ImageSet images, Tensor chosen, Dictionary<string, Tensor> velocity)
    {
        using var scope = NewDisposeScope();
        var (input, labels) = images.Batch(chosen, CPU);
        network.train();
        network.zero_grad();
        functional.cross_entropy(network.call(input), labels).backward();
        using var noGradients = no_grad();
        foreach (var (name, parameter) in network.named_parameters())
            parameter.add_(velocity[name].mul_(0.9).add_(parameter.grad!), -0.01);
    }

    private static Dictionary<string, Tensor> Velocity(Module network) => network.named_parameters().ToDictionary(entry => entry.name, entry => zeros_like(entry.parameter).detach());

    private static ResNet Network(long seed = 3)
    {
        var network = ResNet.ForSmallImages(8, 4, SmallData.Classes.Length, 1);
        Initialisation.He(network, seed);
        return network;
    }

    private sealed class Bent : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> conv = Conv2d(1, 4, 3, padding: 1);
        private readonly Module<Tensor, Tensor> fc = Linear(4, SmallData.Classes.Length);
        private readonly bool _bend;

        public Bent(bool bend) : base(nameof(Bent))
        {
            _bend = bend;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => fc.call((_bend ? conv.call(input).square() : conv.call(input).relu()).mean([2, 3]));
    }
}
