using System.Globalization;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>Files that were damaged on the disk: found out with file and reason, or harmless; never a wrong number.</summary>
public sealed class DamageTests : IDisposable
{
    private const int Usual = 300;

    private readonly TemporaryFolder _folder = new();
    private readonly DataSplit _data = SmallData.Split(train: 32, others: 24);
    private readonly Module<Tensor, Tensor> _network =
        Sequential(("conv1", Conv2d(1, 16, 3)), ("bn1", BatchNorm2d(16)), ("relu", ReLU()), ("pool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()), ("fc", Linear(16, 3)));

    public void Dispose()
    {
        _network.Dispose();
        _data.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("weights.safetensors", false)]
    [InlineData("probe.safetensors", false)]
    [InlineData("history.csv", false)]
    [InlineData("run.json", true)]
    public void A_finished_run(string file, bool json)
    {
        var folder = Train().Folder;
        Campaign.Damage(Path.Combine(folder, file), () =>
        {
            var run = RunStore.Read(folder);
            Weights.Load(_network, Path.Combine(folder, "weights.safetensors"));
            return $"{run.Checksum} {run.History.ToCsv()} {NetworkDescription.WeightsOf(_network)}";
        }, Usual, json);
    }

    [Fact]
    public void The_state_of_a_training()
    {
        Initialisation.He(_network, 1);
        using var momentum = randn(16, 1, 3, 3);
        var history = new TrainingHistory([new EpochRecord(1, 1.5, 30, 1.25, 35, 100), new EpochRecord(2, 1.4, 40, 1.2, 45, 110)]);
        AtomicFile.Write(_folder["training.safetensors"], stream => new TrainingState(2, history, 12.5, new Dictionary<string, Tensor> { ["conv1.weight"] = momentum }).Save(stream, _network, "key"));
        Campaign.Damage(_folder["training.safetensors"], () =>
        {
            using var state = TrainingState.Load(_folder["training.safetensors"], _network, "key");
            return FormattableString.Invariant($"{state.Done} {state.Seconds:R} {state.History.ToCsv()} {NetworkDescription.WeightsOf(_network)}")
                + string.Join(",", state.Memory.Select(entry => entry.Key + Convert.ToHexString(entry.Value.bytes)));
        }, Usual);
    }

    [Fact]
    public void A_stored_sweep()
    {
        Train();
        var sweep = Sweep.Run(_network, _data.Test, store: new SweepStore(_folder["sweeps"]));
        var path = Directory.GetFiles(_folder["sweeps"], "*.json").Single();
        var plan = SweepPlan.Of(_network, _data.Test, new());
        Campaign.Damage(path, () =>
        {
            var stored = StoredSweep.Load(path);
            try
            {
                return Told(stored.ToSweep(plan)) + Told(stored.ToSweep()) + string.Join(",", stored.FirstLogits);
            }
            catch (InvalidDataException error)
            {
                throw new InvalidDataException($"{path}: {error.Message}", error);
            }
        }, Usual, structured: true);

        // The way to it: whatever the file holds, the sweep is the same, and the file is kept.
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"count\":24", "\"count\":25", StringComparison.Ordinal));
        var reports = new List<string>();
        var again = Sweep.Run(_network, _data.Test, store: new SweepStore(_folder["sweeps"], report: reports.Add));
        Assert.Equal(sweep.Targets.Select(target => target.Measured.Outcomes), again.Targets.Select(target => target.Measured.Outcomes));
        Assert.Contains(path, Assert.Single(reports), StringComparison.Ordinal);
        Assert.True(File.Exists(path + ".damaged-1"));
    }

    [Fact]
    public void A_stored_sweep_by_a_metric()
    {
        using var network = SmallScenes.RandomUNet();
        using var images = SmallScenes.Images("scenes", 6, 5);
        Sweep.Run(network, images, new() { Measure = Measure.MeanIoU(3) }, store: new SweepStore(_folder["sweeps"]));
        var path = Directory.GetFiles(_folder["sweeps"], "*.json").Single();
        var plan = SweepPlan.Of(network, images, new() { Measure = Measure.MeanIoU(3) });
        Campaign.Damage(path, () =>
        {
            var stored = StoredSweep.Load(path);
            try
            {
                var sweep = stored.ToSweep(plan);
                return $"{sweep.Measure.Name} {sweep.Chance:R} {sweep.Baseline.Pooled:R} {string.Join(",", sweep.Baseline.Values!)} "
                    + string.Join(" ", sweep.Targets.Select(target => $"{target.Measured.Pooled:R} {string.Join(",", target.Measured.Values!)}")) + string.Join(",", stored.FirstLogits);
            }
            catch (InvalidDataException error)
            {
                throw new InvalidDataException($"{path}: {error.Message}", error);
            }
        }, Usual, structured: true);
    }

    [Theory]
    [InlineData("images")]
    [InlineData("images.gz")]
    public void An_IDX_file(string name)
    {
        int[] sizes = [50, 28, 28];
        byte[] contents = [.. IdxFile.Header(sizes), .. Pixels(50 * 28 * 28)];
        var path = _folder.Write(name, name.EndsWith(".gz", StringComparison.Ordinal) ? FashionMnistSample.Gzip(contents) : contents);
        Campaign.Damage(path, () => SmallDownload.Sum(IdxFile.Read(path, sizes, SmallDownload.Sum(contents))), Usual);
    }

    [Fact]
    public void A_CIFAR_file()
    {
        var contents = SmallDownload.Train;
        var path = _folder.Write("train.bin", contents);
        Campaign.Damage(path, () =>
        {
            var raw = new RawImages(3, 32, 32);
            raw.Add(CifarFile.Read(path, 20, [20, 2], SmallDownload.Sum(contents)));
            var pixels = new byte[20 * 3072];
            raw.CopyTo(pixels, [.. Enumerable.Range(0, 20)]);
            return SmallDownload.Sum(pixels) + string.Join(",", raw.Labels());
        }, Usual);
    }

    private TrainedRun Train() => new RunStore(_folder["runs"]).GetOrTrain(_network, _data, new Recipe { Epochs = 1, Batch = 16, LearningRate = 0.05, CropPadding = 0 }, 1);

    private static string Told(Sweep sweep)
    {
        var text = new StringBuilder(FormattableString.Invariant($"{sweep.Identity} {sweep.Baseline.Value} {sweep.Baseline.Outcomes!.MeanCrossEntropy} {sweep.Seconds} {sweep.Provenance}"));
        text.AppendJoin(',', sweep.Baseline.Confusion!.Counts).Append(Convert.ToHexString(sweep.Baseline.Outcomes.Packed.Span));
        foreach (var target in sweep.Targets)
            text.Append(CultureInfo.InvariantCulture, $"{target.Layer.Name} {target.Measured.Agreement} {target.Interval} {target.CrossEntropyChange}").AppendJoin(',', target.Measured.Confusion!.Counts).Append(Convert.ToHexString(target.Measured.Outcomes!.Packed.Span));
        return text.ToString();
    }

    private static byte[] Pixels(int count)
    {
        var random = new SplitMix64(5);
        return [.. Enumerable.Range(0, count).Select(_ => (byte)random.Below(256))];
    }
}
