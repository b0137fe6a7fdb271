using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class RunStoreTests : IDisposable
{
    private static readonly Recipe Short = new() { Epochs = 3, Batch = 32, LearningRate = 0.05, CropPadding = 1, Flip = false };

    private readonly TemporaryFolder _folder = new();
    private readonly DataSplit _data = SmallData.Split();
    private readonly List<string> _reports = [];

    private RunStore Store => new(_folder["runs"], report: _reports.Add);

    public void Dispose()
    {
        _folder.Dispose();
        _data.Dispose();
    }

    [Fact]
    public void A_second_call_loads_the_same_weights()
    {
        using var first = Network();
        var trained = Store.GetOrTrain(first, _data, Short, 1);
        using var second = Network();
        var loaded = Store.GetOrTrain(second, _data, Short, 1);
        Assert.Equal(trained.Folder, loaded.Folder);
        Assert.Equal(trained.TestAccuracy, loaded.TestAccuracy);
        Assert.Equal(3, loaded.History.Epochs.Count);
        Assert.Equal(NetworkDescription.WeightsOf(first), NetworkDescription.WeightsOf(second));
        Assert.Empty(_reports);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void A_cancelled_training_goes_on_and_ends_with_the_same_bytes(int steps)
    {
        using var whole = Network();
        new RunStore(_folder["whole"]).GetOrTrain(whole, _data, Short, 1);

        using var cancelled = Network();
        using var stop = new StopAfter(steps);
        var error = Assert.Throws<OperationCanceledException>(() => Store.GetOrTrain(cancelled, _data, Short, 1, stop));
        Assert.Contains($"of {Short.Epochs} epochs are kept", error.Message, StringComparison.Ordinal);
        using var resumed = Network();
        Store.GetOrTrain(resumed, _data, Short, 1);
        Assert.Equal(NetworkDescription.WeightsOf(whole), NetworkDescription.WeightsOf(resumed));
    }

    [Fact]
    public void So_does_one_by_AdamW_on_a_cosine()
    {
        var recipe = Short with { Optimiser = Optimiser.AdamW(), LearningRate = 0.003, Schedule = Schedule.Cosine(0.1) };
        using var whole = Network();
        new RunStore(_folder["whole"]).GetOrTrain(whole, _data, recipe, 1);
        using var network = Network();
        using var stop = new StopAfter(7);
        Assert.ThrowsAny<OperationCanceledException>(() => Store.GetOrTrain(network, _data, recipe, 1, stop));
        using var resumed = Network();
        Store.GetOrTrain(resumed, _data, recipe, 1);
        Assert.Equal(NetworkDescription.WeightsOf(whole), NetworkDescription.WeightsOf(resumed));
    }

    [Fact]
    public void After_each_epoch_that_is_trained_a_callback_sees_network_and_history()
    {
        var seen = new List<(int Epochs, double Accuracy)>();
        void Look(Module<Tensor, Tensor> seenNetwork, TrainingHistory history)
        {
            seen.Add((history.Epochs.Count, Evaluation.Accuracy(seenNetwork, _data.Validation)));
            rand(3); // what it draws changes nothing
        }

        using var network = Network();
        using var stop = new StopAfter(4);
        Assert.ThrowsAny<OperationCanceledException>(() => Store.GetOrTrain(network, _data, Short, 1, stop, Look));
        Assert.Equal([1], seen.Select(epoch => epoch.Epochs));
        var run = Store.GetOrTrain(network, _data, Short, 1, afterEpoch: Look);
        Assert.Equal(run.History.Epochs.Select(epoch => (epoch.Epoch, epoch.ValidationAccuracy)), seen);
        Store.GetOrTrain(network, _data, Short, 1, afterEpoch: (_, _) => Assert.Fail("The run is kept."));
        using var without = Network();
        new RunStore(_folder["without"]).GetOrTrain(without, _data, Short, 1);
        Assert.Equal(NetworkDescription.WeightsOf(without), NetworkDescription.WeightsOf(network));
    }

    [Fact]
    public void A_network_is_trained_on_from_the_weights_it_has_which_are_part_of_the_address()
    {
        using var first = Network();
        Store.GetOrTrain(first, _data, Short, 1);
        var start = NetworkDescription.WeightsOf(first);
        using var second = Network();
        Store.GetOrTrain(second, _data, Short, 1);
        var one = Short with { Epochs = 1, LearningRate = 0.001 };

        var tuned = Store.GetOrTrainFurther(first, _data, one, 1);
        Assert.NotEqual(start, NetworkDescription.WeightsOf(first));
        Assert.Equal(tuned.Folder, Store.GetOrTrainFurther(second, _data, one, 1).Folder);
        Assert.Equal(NetworkDescription.WeightsOf(first), NetworkDescription.WeightsOf(second));
        Assert.NotEqual(tuned.Address, Store.GetOrTrainFurther(second, _data, one, 1).Address); // it goes on from where it is
        Assert.NotEqual(tuned.Address, Store.GetOrTrain(second, _data, one, 1).Address);
    }

    [Fact]
    public void Another_seed_recipe_or_width_is_another_run()
    {
        using var network = Network();
        var runs = new[]
        {
            Store.GetOrTrain(network, _data, Short, 1),
            Store.GetOrTrain(network, _data, Short, 2),
            Store.GetOrTrain(network, _data, Short with { WeightDecay = 0 }, 1),
            Store.GetOrTrain(ResNet.ForSmallImages(8, 5, 3, 1), _data, Short, 1),
        };
        Assert.Equal(4, runs.Select(run => run.Address).Distinct().Count());
        Assert.Equal(runs[0].Address, Store.GetOrTrain(network, _data, Short with { Name = "renamed" }, 1).Address);
    }

    [Fact]
    public void What_only_the_forward_pass_knows_trains_anew()
    {
        var folders = new HashSet<string>();
        foreach (var variant in Enum.GetValues<Variant>())
        {
            using var network = new Custom(variant);
            folders.Add(Store.GetOrTrain(network, _data, Short, 1).Folder);
            using var again = new Custom(variant);
            Assert.Contains(Store.GetOrTrain(again, _data, Short, 1).Folder, folders);
        }

        Assert.Equal(Enum.GetValues<Variant>().Length, folders.Count);
    }

    [Fact]
    public void A_stored_run_that_does_not_fit_leaves_nothing_in_the_weights_that_a_user_gave()
    {
        using var first = new Custom(Variant.Relu);
        Store.GetOrTrain(first, _data, Short, 1);
        using var after = new Custom(Variant.WithSkip);
        Store.GetOrTrain(after, _data, Short, 1);
        using var alone = new Custom(Variant.WithSkip);
        new RunStore(_folder["alone"]).GetOrTrain(alone, _data, Short, 1);
        Assert.Equal(NetworkDescription.WeightsOf(alone), NetworkDescription.WeightsOf(after));
    }

    [Theory]
    [InlineData("weights.safetensors")]
    [InlineData("run.json")]
    [InlineData("history.csv")]
    [InlineData("probe.safetensors")]
    public void A_damaged_run_is_reported_set_aside_and_trained_anew(string file)
    {
        using var network = Network();
        var run = Store.GetOrTrain(network, _data, Short, 1);
        var path = Path.Combine(run.Folder, file);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 3] ^= 0xff;
        File.WriteAllBytes(path, bytes);
        var again = Store.GetOrTrain(network, _data, Short, 1);
        Assert.Equal(run.Files["weights.safetensors"], again.Files["weights.safetensors"]);
        Assert.Contains(".damaged-1", Assert.Single(_reports), StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(run.Folder + ".damaged-1", file)));
    }

    [Fact]
    public void A_damaged_unfinished_training_starts_over()
    {
        using var network = Network();
        using var stop = new StopAfter(4);
        Assert.ThrowsAny<OperationCanceledException>(() => Store.GetOrTrain(network, _data, Short, 1, stop));
        var state = Directory.GetFiles(_folder["runs"], "training.safetensors", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(state, File.ReadAllBytes(state)[..^5]);
        Store.GetOrTrain(network, _data, Short, 1);
        Assert.Contains("Training starts over", Assert.Single(_reports), StringComparison.Ordinal);
        Assert.True(File.Exists(state + ".damaged-1"));
    }

    [Fact]
    public void A_resumed_training_leaves_no_tensor_behind()
    {
        using var network = Network();
        Store.GetOrTrain(network, _data, Short, 1);
        LiveTensors.AssertUnchangedInProcessBy(() =>
        {
            using var stop = new StopAfter(4);
            Assert.ThrowsAny<OperationCanceledException>(() => Store.GetOrTrain(network, _data, Short, 2, stop));
            Store.GetOrTrain(network, _data, Short, 2);
            Store.GetOrTrain(network, _data, Short, 2);
        });
    }

    [Fact]
    public void Training_leaves_no_tensor_behind()
    {
        using var network = Network();
        foreach (var recipe in new[] { Short, Short with { Optimiser = Optimiser.AdamW(), LearningRate = 0.003 } })
        {
            Trainer.Fit(network, _data, recipe, 1);
            LiveTensors.AssertUnchangedInProcessBy(() => Trainer.Fit(network, _data, recipe, 1));
        }
    }

    [Fact]
    public void Training_learns()
    {
        using var network = Network();
        var history = Trainer.Fit(network, _data, Short with { Epochs = 8 }, 1);
        Assert.InRange(history.Epochs[^1].ValidationAccuracy, 90, 100);
    }

    private static ResNet Network() => ResNet.ForSmallImages(8, 4, SmallData.Classes.Length, 1);

    private enum Variant
    {
        Relu,
        LeakyRelu,
        WithSkip,
        OtherStride,
        WithDropout,
    }

    /// <summary>A network as a user writes one: the modules are the same in every variant, the forward pass is not.</summary>
    private sealed class Custom : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> conv1 = Conv2d(1, 4, 3, padding: 1);
        private readonly Module<Tensor, Tensor> conv2 = Conv2d(4, 4, 3, padding: 1);
        private readonly Module<Tensor, Tensor> fc = Linear(4, SmallData.Classes.Length);
        private readonly TorchSharp.Modules.Parameter scale = Parameter(ones(1));
        private readonly Func<Tensor, Tensor> _forward;

        public Custom(Variant variant) : base(nameof(Custom))
        {
            _forward = variant switch
            {
                Variant.LeakyRelu => x => fc.call(conv2.call(functional.leaky_relu(conv1.call(x), 0.1)).mean([2, 3])),
                Variant.WithSkip => x => Skip(functional.relu(conv1.call(x))),
                Variant.OtherStride => x => fc.call(conv2.call(functional.max_pool2d(functional.relu(conv1.call(x)), 2)).mean([2, 3])),
                Variant.WithDropout => x => fc.call(functional.dropout(conv2.call(functional.relu(conv1.call(x))), 0.2, training).mean([2, 3])),
                _ => x => fc.call(conv2.call(functional.relu(conv1.call(x))).mean([2, 3])),
            };
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _forward(input * scale);

        private Tensor Skip(Tensor hidden) => fc.call((hidden + conv2.call(hidden)).mean([2, 3]));
    }
}
