using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive.Formatting;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>
/// All that the libraries do, in small: two networks trained, swept in every way, changed and pruned, claims decided. What is shown and written of it is noted under a name: every table and figure, the texts of values,
/// and every file. Times and speeds, which are others each time, are set to fixed values or blotted out, the latter only where they are written as every country can read them.
/// </summary>
internal sealed partial class SmallExperiment : IDisposable
{
    private static readonly Recipe s_recipe = new() { Epochs = 2, Batch = 32, LearningRate = 0.05, WeightDecay = 0.0005, CropPadding = 1, Loss = Loss.CrossEntropy(smoothing: 0.1), Schedule = Schedule.Cosine(0.25) };

    private readonly string _folder;
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly DataSplit _data = SmallData.Split();
    private readonly ResNet _network = SmallData.RandomResNet();
    private readonly List<(MethodInfo Method, Func<object> Make)> _calls = [];

    private SmallExperiment(string folder) => _folder = folder;

    /// <summary>Every table, figure and CSV that the libraries can make, as the method that makes it is called.</summary>
    public static IEnumerable<string> Makers => from assembly in (Assembly[])[typeof(Sweep).Assembly, typeof(Figure).Assembly, typeof(Claims).Assembly, typeof(NotebookDisplay).Assembly]
                                                from type in assembly.GetExportedTypes()
                                                from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                                                where typeof(Figure).IsAssignableFrom(method.ReturnType) || method.ReturnType == typeof(DataFrame) || method.Name == nameof(TrainingHistory.ToCsv)
                                                where !method.IsSpecialName
                                                select NameOf(method);

    /// <summary>The experiment in a folder: what it shows and writes, by name.</summary>
    public static SortedDictionary<string, string> In(string folder)
    {
        using var experiment = new SmallExperiment(folder);
        return experiment.Run();
    }

    public void Dispose()
    {
        _network.Dispose();
        _data.Dispose();
        _scope.Dispose();
    }

    private SortedDictionary<string, string> Run()
    {
        NotebookDisplay.Register();
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var history = new TrainingHistory([new(1, 1234.5678, 33.3, 0.5, 45.25, 1234.5), new(2, 0.25, 99.75, -0.125, 66.5, 0.75)]);
        var run = Trained() with { Seconds = 1234.5, History = history };
        var sweeps = Swept(run);
        Tables(run, sweeps, history);
        Pictures(run, sweeps);
        Segmented();
        foreach (var (method, make) in _calls)
            Note(found, NameOf(method), make());
        foreach (var (name, value) in Values(run, sweeps[0], history))
            Note(found, name, value);
        foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Where(file => !file.Contains("locks", StringComparison.Ordinal)))
            found[$"file {Path.GetRelativePath(_folder, file)}"] = Contents(file);
        return found;
    }

    /// <summary>A training that was cut after its first epoch, one to its end, and one of an own loop.</summary>
    private TrainedRun Trained()
    {
        using var cut = SmallData.RandomResNet();
        Assert.Throws<OperationCanceledException>(() => new RunStore(Path.Combine(_folder, "cut")).GetOrTrain(cut, _data, s_recipe, 7, afterEpoch: (_, history) => ThrowAfter(2, history)));
        var store = new RunStore(Path.Combine(_folder, "runs"));
        using var own = SmallData.RandomResNet();
        store.GetOrMake(new OwnTraining("ramp 0.5", version: 1, _data, seed: -3), own, loop => loop.Keep(loop.Resume() + 1, new Dictionary<string, Tensor> { ["memory"] = tensor(0.5f) }));
        return store.GetOrTrain(_network, _data, s_recipe, 1);
    }

    /// <summary>The network changed in every way, one layer at a time and several, by every measure.</summary>
    private List<Sweep> Swept(TrainedRun run)
    {
        var store = new SweepStore(Path.Combine(_folder, "sweeps"));
        var probability = Measure.Of("probability (%)", (logits, labels) => 100 * logits.softmax(1).gather(1, labels.unsqueeze(1)).squeeze(1), version: 1);
        List<SweepOptions> ways =
        [
            new(),
            new() { Intervention = Intervention.ZeroFilters(Norm.L1, [0.25, 0.5]), Level = 0.9, Margin = new Margin(1.5) },
            new() { Targets = Targets.Cumulative(["layer1.0.conv1", "layer2.0.conv2", "conv1"]) },
            new() { Targets = Targets.Random([2], draws: 2, seed: -1) },
            new() { Measure = Measure.CrossEntropy },
            new() { Measure = Measure.TopK(2) },
            new() { Measure = probability },
            .. ((Intervention[])[Intervention.MeanOutput, Intervention.BranchRemoved, Intervention.StartWeights(run.Seed), Intervention.DrawnAnew(-1), Intervention.StatisticsRecomputed(_data.Train)])
                .Select(intervention => new SweepOptions { Intervention = intervention }),
        ];
        return ways.ConvertAll(way => Sweep.Run(_network, _data.Test, way, store: store));
    }

    private void Tables(TrainedRun run, List<Sweep> sweeps, TrainingHistory history)
    {
        var (sweep, paths) = (sweeps[0], sweeps[2]);
        (Sweep, TrainedRun)[] trained = [(sweep, run), (sweeps[4], run)];
        SweptRun[] together = [new(run, sweep)];
        (string, Sweep)[] others = [("mean", sweeps[7])];
        var (claims, paper) = Decided(run);
        var confusion = sweep.Baseline.Confusion!;
        var units = SmallUnits.Measured();
        Add(() => SweepTables.ToTable(sweep));
        Add(() => SweepTables.ToTable(paths.Targets.Take(1)));
        Add(() => SweepTables.ToTable(_network.Layers));
        Add(() => SweepTables.ToSummaryTable(sweeps));
        Add(() => SweepTables.ToSummaryTable(trained));
        Add(() => SweptRunTables.ToSummaryTable(together));
        Add(() => SweepTables.Against(sweep, others));
        Add(() => SweepTables.ToCsv(sweeps[1], true));
        Add(() => ConfusionTables.ToTable(confusion));
        Add(() => TrainingTables.ToTable(history));
        Add(() => history.ToCsv());
        Add(() => UnitFigures.ToTable(units));
        Add(() => UnitFigures.ToTable(SmallUnits.All));
        Add(() => ClaimTables.Summary(claims, "quick", paper));
        Add(() => SweepFigures.Confusion(sweep, "conv1"));
    }

    private void Pictures(TrainedRun run, List<Sweep> sweeps)
    {
        var sweep = sweeps[0];
        (string, Sweep)[] several = [("first", sweep), ("by hand", HandMadeSweep.Small())];
        (string, Sweep)[] same = [("mean", sweeps[7]), ("drawn anew", sweeps[10])];
        (string, Sweep)[] paths = [("in order", sweeps[2]), ("at random", sweeps[3])];
        (string, TrainingHistory)[] histories = [("first", run.History)];
        (string, IReadOnlyList<UnitIdentity>)[] units = [("first", SmallUnits.All)];
        (string, UnitDistances)[] distances = [("first", SmallUnits.Measured())];
        (string, IReadOnlyList<LeftAboveChance>)[] left = [("first", sweep.LeftAboveChance)];
        (int, int, TrainedRun, Sweep)[] networks = [(8, 4, run, sweep)];
        (Sweep, Sweep)[] split = [(sweep, sweeps[7])];
        (string, string)[] kernels = [("conv1", "the stem")];
        using var generator = new Generator(5, CPU);
        var maps = randn([1, 4, 4, 4], generator: generator);
        (string, Tensor)[] features = [("before", maps)];
        var (spectra, grey) = (KernelSpectrum.Of(_network), _data.Test);
        Add(() => SweepFigures.ByLayer(sweep));
        Add(() => SweepFigures.ByLayer(sweep).WithPlotHeight(180));
        Add(() => SweepFigures.ByLayer(several));
        Add(() => SweepFigures.Compare(several));
        Add(() => SweepFigures.DropAgainstDrop(several[0], same));
        Add(() => SweepFigures.DropsCloseUp(sweep, 2.5));
        Add(() => SweepFigures.DropsByRole(sweep));
        Add(() => SweepFigures.DropsByRole(several));
        Add(() => JointFigures.ByCount(paths));
        Add(() => JointFigures.ByShare(sweeps[1]));
        Add(() => KernelFigures.DropAgainstSpectrum(sweep, spectra));
        Add(() => KernelFigures.Pictures(_network, "kernels", kernels));
        Add(() => NetworkFigures.LeftAboveChance(left));
        Add(() => NetworkFigures.TrivialShareBySize(networks));
        Add(() => NetworkFigures.MedianDropBySize(networks));
        Add(() => NetworkFigures.WhatZeroDoes(split));
        Add(() => TrainingFigures.LearningCurves(run));
        Add(() => TrainingFigures.LearningCurves(histories));
        Add(() => UnitFigures.DistanceByUnit(distances[0].Item2));
        Add(() => UnitFigures.DistanceByUnit(distances));
        Add(() => UnitFigures.DropAgainstDistance(units));
        Add(() => ImageFigures.Images(grey, 2));
        Add(() => ImageFigures.Mistakes(_network, grey, 2));
        Add(() => ImageFigures.FeatureMaps("maps", 2, features));
    }

    private void Segmented()
    {
        var scenes = SmallScenes.Split();
        var network = SmallScenes.RandomUNet();
        (string, nn.Module<Tensor, Tensor>)[] networks = [("U-Net", network)];
        var sweep = Sweep.Run(network, scenes.Test, new() { Measure = Measure.MeanIoU(SmallScenes.Classes.Length) }, store: new SweepStore(Path.Combine(_folder, "sweeps")));
        Add(() => SegmentationFigures.Answers(scenes.Test, 2, networks));
        Add(() => SweepFigures.ByLayer(sweep));
        Add(() => SweepTables.ToTable(sweep));
    }

    /// <summary>A claim of each rule, recorded, and numbers as a reader types them.</summary>
    private (RecordedClaims Recorded, IReadOnlyList<PaperValue> Paper) Decided(TrainedRun run)
    {
        NetworkVerdicts[] networks = [.. ((int[])[1, 2, 3]).Select(seed => HandMadeSweep.ResNetOf(20, "Net", seed).Verdicts(seed, 99.75))];
        ClaimDecision[] decisions =
        [
            ClaimRules.SomeLayersAreTrivial(networks), ClaimRules.EveryLayerIsNeeded(networks, networks), ClaimRules.LongConnectionsActLikeNone(networks, networks, networks), ClaimRules.ChannelChangesMatterMore(networks),
            ClaimRules.TrivialPlacesAreRegular(SweepAgreement.Test([HandMadeSweep.ResNetOf(20, "Net", 1), HandMadeSweep.ResNetOf(20, "Net", 2)])), ClaimRules.UnitsBecomeTheIdentity([SmallUnits.All]),
            ClaimRules.DropFallsWithDepth([.. networks.Select(network => new SizedNetwork(20, 8, network))]),
        ];
        foreach (var (claim, decision) in Claims.All.Zip(decisions))
            Claims.Record(claim.Id, decision, Provenance.Current(), sources: [run.Address], folder: _folder);
        var paper = Path.Combine(_folder, "paper.csv");
        File.WriteAllText(paper, "claim,table,network,data,layer,quantity,value,unit\nC1,table 1,ResNet-20,CIFAR-10,layer1.0.conv1,drop,1234.5,points\n");
        return (Claims.Load(_folder), PaperValue.Load(paper));
    }

    /// <summary>What a notebook shows of values by themselves, and the texts of values.</summary>
    private IEnumerable<(string Name, object Value)> Values(TrainedRun run, Sweep sweep, TrainingHistory history)
    {
        var decision = ClaimRules.SomeLayersAreTrivial([]);
        var record = Claims.Load(_folder).Records[0] with { Recorded = new DateTime(2026, 11, 24, 7, 5, 0, DateTimeKind.Utc) };
        object[] values =
        [
            run, sweep, history, decision, record, _network, _data, _data.Test, sweep.Baseline, sweep.Baseline.Outcomes!, sweep.Baseline.Confusion!, sweep.Targets[0], sweep.Targets[0].Layer, Evaluation.Run(_network, _data.Test),
            new Margin(1.5), new Interval(-1234.5, 0.25, 0.99), SweepAgreement.Test([HandMadeSweep.ResNetOf(20, "Net", 1), HandMadeSweep.ResNetOf(20, "Net", 2)]), SmallUnits.Measured(), ComputeDevice.Describe(),
        ];
        foreach (var (index, value) in values.Index())
            yield return ($"value {index}, {value.GetType().Name}", value);
        using var lines = new WrittenLines();
        var clock = new HandClock();
        var progress = new Progress(() => lines, clock, CancellationToken.None);
        progress.Report(new ProgressReport("train", 0, 12_345, "images"));
        clock.Move(1234.5);
        progress.Report(new ProgressReport("train", 1234, 12_345, "images"));
        yield return ("progress", string.Join('\n', lines.Shown));
        yield return ("text of an interval", new Interval(-1234.5, 0.25, 0.99).Around(-0.5, 2) + new Interval(-1234.5, 0.25, 0.99));
        yield return ("addresses", string.Join('\n', run.Address, sweep.Identity.Address, run.Identity.Text));
    }

    private static void ThrowAfter(int epochs, TrainingHistory history)
    {
        if (history.Epochs.Count == epochs)
            throw new OperationCanceledException();
    }

    private void Add(Expression<Func<object>> call) =>
        _calls.Add((((MethodCallExpression)(call.Body is UnaryExpression { NodeType: ExpressionType.Convert } convert ? convert.Operand : call.Body)).Method, call.Compile()));

    private static string NameOf(MethodInfo method) =>
        $"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.ToString()))})";

    private static void Note(SortedDictionary<string, string> found, string name, object value)
    {
        for (var number = 2; found.ContainsKey($"{name}: text"); number++)
            name = $"{name.Split(" #")[0]} #{number}";
        // A record's own text, which the compiler writes, is in the words of the country, like any other record's.
        found[$"{name}: text"] = value is DataFrame || value.GetType().GetMethod(nameof(ToString), [])!.IsDefined(typeof(CompilerGeneratedAttribute)) ? "" : Blotted(value.ToString()!);
        foreach (var type in Formatter.GetPreferredMimeTypesFor(value.GetType()))
            found[$"{name}: {type}"] = Blotted(value.ToDisplayString(type));
        if (value is not Figure figure)
            return;
        found[$"{name}: svg"] = figure.Svg;
        found[$"{name}: title"] = figure.Title;
        found[$"{name}: caption"] = figure.Caption;
        found[$"{name}: png"] = Convert.ToHexString(figure.Png);
        found[$"{name}: table"] = figure.Table.ToDisplayString("text/html");
    }

    /// <summary>Text as it is; of tensors the header and the numbers.</summary>
    private static string Contents(string file)
    {
        var bytes = File.ReadAllBytes(file);
        if (Path.GetExtension(file) != ".safetensors")
            return Blotted(Encoding.UTF8.GetString(bytes));
        var header = 8 + (int)BitConverter.ToInt64(bytes);
        return Blotted(Encoding.UTF8.GetString(bytes, 8, header - 8).TrimEnd()) + Convert.ToHexString(bytes, header, bytes.Length - header);
    }

    private static string Blotted(string text) => Measured().Replace(text, "$1…");

    /// <summary>Times, speeds (the last column of a history), and checksums of what holds them.</summary>
    [GeneratedRegex(
        """((?:"seconds"|"created"|"recorded")\s*:\s*"?|"(?:checksum|sha256|trivial-layers\.sha256|history\.csv)"\s*:\s*"|^\d+(?:,-?\d+(?:\.\d+)?(?:E-?\d+)?){4},|\\n\d+(?:,-?\d+(?:\.\d+)?(?:E-?\d+)?){4},)(?:\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|\+00:00)|[0-9a-f]{64}|\d+(?:\.\d+)?(?:E-?\d+)?)""",
        RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Measured();
}
