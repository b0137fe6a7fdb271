using TorchSharp;
using TrivialLayers.Data;
using TrivialLayers.Models;
using TrivialLayers.Tests.Data;
using TrivialLayers.Tests.Runtime;
using TrivialLayers.Training;
using TrivialLayers.Zeroing;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests.Zeroing;

/// <summary>A run that is on record without its weights, as large ones ship.</summary>
public sealed class SweptRunTests : IDisposable
{
    private static readonly Recipe s_recipe = new() { Epochs = 1, Batch = 32, LearningRate = 0.05, CropPadding = 1, Flip = false };
    private static readonly CancellationToken s_never = new(canceled: true);

    private readonly TemporaryFolder _folder = new();
    private readonly DataSplit _data = SmallData.Split();
    private readonly List<string> _reports = [];

    private RunStore Readers => new(_folder["own"], [_folder["shipped"]], _reports.Add);

    private SweepStore Sweeps => new(_folder["own-sweeps"], [_folder["sweeps"]], _reports.Add);

    public void Dispose()
    {
        _folder.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Its_history_accuracies_and_sweep_are_read_without_training()
    {
        var (made, _) = await Ship();
        using var network = Network();
        var read = await SweptRun.GetOrMake(network, _data, s_recipe, 1, runs: Readers, sweeps: Sweeps, cancellationToken: CancellationToken.None);

        Assert.NotNull(read.Run.WeightsFingerprint);
        Assert.Equal((made.Run.Key, made.Run.TestAccuracy, made.Run.TrainingAccuracy, made.Run.Provenance), (read.Run.Key, read.Run.TestAccuracy, read.Run.TrainingAccuracy, read.Run.Provenance));
        Assert.Equal(made.Run.History.Epochs, read.Run.History.Epochs);
        Assert.Equal(made.Sweep.Layers.Select(layer => (layer.Layer.Name, layer.Drop, layer.Verdict)), read.Sweep.Layers.Select(layer => (layer.Layer.Name, layer.Drop, layer.Verdict)));
        Assert.False(Directory.Exists(_folder["own"]));
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task Without_its_sweep_it_is_trained()
    {
        var (made, _) = await Ship();
        Directory.Delete(_folder["sweeps"], recursive: true);
        using var network = Network();
        var again = await SweptRun.GetOrMake(network, _data, s_recipe, 1, runs: Readers, sweeps: Sweeps);

        Assert.Null(again.Run.WeightsFingerprint);
        Assert.Equal(made.Run.Files["weights.safetensors"], again.Run.Files["weights.safetensors"]);
        Assert.Equal(made.Sweep.Identity, again.Sweep.Identity);
    }

    [Fact]
    public async Task To_get_the_network_it_is_trained_and_from_then_on_that_run_counts()
    {
        await Ship();
        using var network = Network();
        var trained = Readers.GetOrTrain(network, _data, s_recipe, 1);
        Assert.StartsWith(_folder["own"], trained.Folder, StringComparison.Ordinal);
        Assert.Null(Readers.OnRecord(network, _data, s_recipe, 1));
        Assert.Equal(trained.Folder, (await SweptRun.GetOrMake(network, _data, s_recipe, 1, runs: Readers, sweeps: Sweeps)).Run.Folder);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task Another_seed_recipe_or_behaviour_is_not_on_record()
    {
        await Ship();
        using var network = Network();
        Assert.NotNull(Readers.OnRecord(network, _data, s_recipe, 1));
        Assert.Null(Readers.OnRecord(network, _data, s_recipe, 2));
        Assert.Null(Readers.OnRecord(network, _data, s_recipe with { Epochs = 2 }, 1));

        var plain = new Small(squared: false);
        var run = new RunStore(_folder["maker"]).GetOrTrain(plain, _data, s_recipe, 1);
        RunStore.WriteRecord(run, plain, _data, _folder["shipped"]);
        Assert.NotNull(Readers.OnRecord(new Small(squared: false), _data, s_recipe, 1));
        Assert.Null(Readers.OnRecord(new Small(squared: true), _data, s_recipe, 1)); // which only its forward pass knows
    }

    [Theory]
    [InlineData("run.json")]
    [InlineData("history.csv")]
    [InlineData("start-probe.safetensors")]
    public async Task A_damaged_record_is_reported_and_left_alone(string file)
    {
        var (_, record) = await Ship();
        var path = Path.Combine(record.Folder, file);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 3] ^= 0xff;
        File.WriteAllBytes(path, bytes);
        using var network = Network();
        Assert.Null(Readers.OnRecord(network, _data, s_recipe, 1));
        Assert.Contains(record.Folder, Assert.Single(_reports), StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task A_record_is_of_the_network_that_was_trained()
    {
        var (made, _) = await Ship();
        using var untrained = Network();
        var error = Assert.Throws<ArgumentException>(() => RunStore.WriteRecord(made.Run, untrained, _data, _folder["elsewhere"]));
        Assert.Contains("Load the run first", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["elsewhere"]));
    }

    [Fact]
    public async Task A_training_that_is_cancelled_says_so()
    {
        using var network = Network();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SweptRun.GetOrMake(network, _data, s_recipe, 1, runs: Readers, sweeps: Sweeps, cancellationToken: s_never));
    }

    /// <summary>Trains, sweeps and writes the record.</summary>
    private async Task<(SweptRun Made, TrainedRun Record)> Ship()
    {
        using var network = Network();
        var made = await SweptRun.GetOrMake(network, _data, s_recipe, 1, runs: new RunStore(_folder["maker"]), sweeps: new SweepStore(_folder["sweeps"]));
        return (made, RunStore.WriteRecord(made.Run, network, _data, _folder["shipped"]));
    }

    private static ResNet Network() => ResNet.ForSmallImages(8, 4, SmallData.Classes.Length, 1);

    private sealed class Small : Module<Tensor, Tensor>
    {
        private readonly bool _squared;
        private readonly Module<Tensor, Tensor> conv, fc;

        public Small(bool squared) : base(nameof(Small))
        {
            _squared = squared;
            (conv, fc) = (Conv2d(1, 4, 3, padding: 1), Linear(4, SmallData.Classes.Length));
            RegisterComponents();
        }

        public override Tensor forward(Tensor images)
        {
            var maps = conv.call(images).relu();
            return fc.call((_squared ? maps.square() : maps).mean([2L, 3L]));
        }
    }
}
