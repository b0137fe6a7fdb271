using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>Runs with their sweeps, above all those that ship without their weights.</summary>
public sealed class SweptRunTests : IDisposable
{
    private static readonly Recipe s_recipe = new() { Epochs = 1, Batch = 32, LearningRate = 0.05, CropPadding = 1, Flip = false };

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
    public async Task Of_a_run_without_weights_history_accuracies_and_sweep_are_read()
    {
        var (made, _) = await Ship();
        var read = await Ask(Network);

        Assert.False(read.Run.HasWeights);
        Assert.Equal((made.Run.Address, made.Run.TestAccuracy, made.Run.TrainingAccuracy, made.Run.Provenance), (read.Run.Address, read.Run.TestAccuracy, read.Run.TrainingAccuracy, read.Run.Provenance));
        Assert.Equal(made.Run.History.Epochs, read.Run.History.Epochs);
        Assert.Equal(made.Sweep.Targets.Select(layer => (layer.Layer.Name, layer.Drop, layer.Verdict)), read.Sweep.Targets.Select(layer => (layer.Layer.Name, layer.Drop, layer.Verdict)));
        Assert.False(Directory.Exists(_folder["own"]));
        Assert.Empty(_reports);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task The_baseline_of_its_sweep_may_differ_from_its_accuracy_by_two_images_as_on_a_GPU(int images, bool isTrained)
    {
        var (_, shipped) = await Ship();
        var off = 100.0 * images / _data.Test.Count;
        RunFolder.Seal(shipped with { TestAccuracy = shipped.TestAccuracy > off ? shipped.TestAccuracy - off : shipped.TestAccuracy + off }, RunFolder.StartProbeFile);
        Assert.Equal(isTrained, (await Ask(Network)).Run.HasWeights);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task A_training_keeps_beside_its_weights_the_record_that_can_be_taken_elsewhere()
    {
        var (made, shipped) = await Ship();
        var record = Path.Combine(made.Run.Folder, "record");
        Assert.Equal(Directory.GetFiles(shipped.Folder).Select(Path.GetFileName).Order(), Directory.GetFiles(record).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(shipped.Folder), file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(record, Path.GetFileName(file)))));
    }

    [Fact]
    public async Task Without_its_sweep_it_is_trained()
    {
        var (made, _) = await Ship();
        Directory.Delete(_folder["sweeps"], recursive: true);
        var again = await Ask(Network);

        Assert.True(again.Run.HasWeights);
        Assert.Equal(made.Run.Files["weights.safetensors"], again.Run.Files["weights.safetensors"]);
        Assert.Equal(made.Sweep.Identity, again.Sweep.Identity);
        Assert.Empty(_reports);
    }

    [Theory]
    [InlineData("own")]
    [InlineData("shipped")] // beside the run without weights, in the same store
    public async Task To_get_the_network_it_is_trained_and_from_then_on_that_run_counts(string store)
    {
        await Ship();
        using var network = Network();
        var trained = new RunStore(_folder[store], [_folder["shipped"]], _reports.Add).GetOrTrain(network, _data, s_recipe, 1);
        Assert.StartsWith(_folder[store], trained.Folder, StringComparison.Ordinal);
        Assert.Equal(trained.Folder, (await Ask(Network)).Run.Folder);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task Another_seed_or_recipe_is_another_run()
    {
        await Ship();
        using var network = Network();
        Assert.NotNull(Readers.OnRecord(network, _data, s_recipe, 1));
        Assert.Null(Readers.OnRecord(network, _data, s_recipe, 2));
        Assert.Null(Readers.OnRecord(network, _data, s_recipe with { Epochs = 2 }, 1));
    }

    [Fact]
    public async Task A_network_that_behaves_otherwise_at_its_start_is_another_and_does_not_hide_it()
    {
        var maker = new RunStore(_folder["maker"]);
        using var network = new Small(maps => maps);
        var run = maker.GetOrTrain(network, _data, s_recipe, 1);
        RunRecord.Write(run, () => new Small(maps => maps), _data, _folder["shipped"]);
        var sweep = Sweep.Run(network, _data.Test, store: new SweepStore(_folder["sweeps"]));

        var squared = await Ask(() => new Small(maps => maps.square()));
        Assert.Equal(run.Address, squared.Run.Address); // only the forward pass tells them apart
        Assert.True(squared.Run.HasWeights);
        var found = await Ask(() => new Small(maps => maps));
        Assert.False(found.Run.HasWeights);
        Assert.Equal(sweep.Targets[0].Drop, found.Sweep.Targets[0].Drop);
    }

    [Theory]
    [InlineData("run.json")]
    [InlineData("history.csv")]
    [InlineData("start-probe.safetensors")]
    public async Task A_damaged_one_is_reported_once_left_alone_and_trained(string file)
    {
        var (_, shipped) = await Ship();
        var path = Path.Combine(shipped.Folder, file);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 3] ^= 0xff;
        File.WriteAllBytes(path, bytes);

        Assert.True((await Ask(Network)).Run.HasWeights);
        Assert.Contains(shipped.Folder, Assert.Single(_reports), StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task A_run_is_written_for_the_network_and_images_it_is_of_and_never_over_itself()
    {
        var (made, shipped) = await Ship();
        Assert.Contains("not those of", Assert.Throws<ArgumentException>(() => RunRecord.Write(made.Run, () => ResNet.ForSmallImages(8, 4, SmallData.Classes.Length, 1).Replace("conv1", Conv2d(1, 4, 3, padding: 1)), _data, _folder["else"])).Message, StringComparison.Ordinal);
        using var fewer = _data.WithTraining(_data.Train.Count / 2);
        Assert.Contains("not those of", Assert.Throws<ArgumentException>(() => RunRecord.Write(made.Run, Network, fewer, _folder["else"])).Message, StringComparison.Ordinal);
        Assert.Contains("has no weights", Assert.Throws<ArgumentException>(() => RunRecord.Write(shipped, Network, _data, _folder["else"])).Message, StringComparison.Ordinal);
        Assert.Contains("would delete the weights", Assert.Throws<ArgumentException>(() => RunRecord.Write(made.Run, Network, _data, _folder["maker"] + Path.DirectorySeparatorChar)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["else"]));
        Assert.Equal(made.Run.Checksum, RunStore.Read(made.Run.Folder).Checksum);
    }

    [Fact]
    public async Task Layers_of_a_users_network_have_the_roles_the_user_gives()
    {
        var sweep = (await SweptRun.GetOrTrain(() => new Small(maps => maps), _data, s_recipe, 1, options: new() { RoleOf = _ => LayerRole.Stem }, runs: Readers, sweeps: Sweeps)).Sweep;
        Assert.Equal(LayerRole.Stem, Assert.Single(sweep.Targets).Layer.Role);
    }

    [Fact]
    public async Task A_training_that_is_cancelled_keeps_its_epochs()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Progress(report =>
        {
            if (report.Note?.Contains("epoch 2", StringComparison.Ordinal) == true)
                stop.Cancel();
        });
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SweptRun.GetOrTrain(Network, _data, s_recipe with { Epochs = 3 }, 1, progress, runs: Readers, sweeps: Sweeps, cancellationToken: stop.Token));
        Assert.Contains("1 of 3 epochs are kept", error.Message, StringComparison.Ordinal);
    }

    private Task<SweptRun> Ask(Func<Module<Tensor, Tensor>> make) => SweptRun.GetOrTrain(make, _data, s_recipe, 1, runs: Readers, sweeps: Sweeps);

    /// <summary>Trains, sweeps, and writes the run without its weights.</summary>
    private async Task<(SweptRun Made, TrainedRun Shipped)> Ship()
    {
        var made = await SweptRun.GetOrTrain(Network, _data, s_recipe, 1, runs: new RunStore(_folder["maker"]), sweeps: new SweepStore(_folder["sweeps"]));
        return (made, RunRecord.Write(made.Run, Network, _data, _folder["shipped"]));
    }

    private static ResNet Network() => ResNet.ForSmallImages(8, 4, SmallData.Classes.Length, 1);

    private sealed class Progress(Action<ProgressReport> seen) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => seen(value);
    }

    /// <summary>What happens between its layers is in its forward pass alone.</summary>
    private sealed class Small : Module<Tensor, Tensor>
    {
        private readonly Func<Tensor, Tensor> _between;
        private readonly Module<Tensor, Tensor> conv, fc;

        public Small(Func<Tensor, Tensor> between) : base(nameof(Small))
        {
            _between = between;
            (conv, fc) = (Conv2d(1, 4, 3, padding: 1), Linear(4, SmallData.Classes.Length));
            RegisterComponents();
        }

        public override Tensor forward(Tensor images) => fc.call(_between(conv.call(images).relu()).mean([2L, 3L]));
    }
}
