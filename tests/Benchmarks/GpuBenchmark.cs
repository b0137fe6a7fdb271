using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Benchmarks;

/// <summary>
/// The pace of whatever card, or processor, computes: training, evaluation and sweeps of ResNets on images of random pixels, of which the values do not matter, beside PyTorch's where <see cref="Python"/> has one for this device;
/// and training of the networks of the profile <c>full</c> by its recipes.
/// It needs no data. The results also stand, as JSON, in the file named by <c>TRIVIAL_LAYERS_BENCHMARK_JSON</c> or <c>gpu.json</c>. <c>TRIVIAL_LAYERS_BENCHMARK_IMAGES</c> makes it shorter, with fewer images than 10,000 and
/// no batch larger than that, for a rehearsal.
/// </summary>
internal static class GpuBenchmark
{
    private const int Side = 32, Classes = 10, WarmUpSteps = 20;

    private const string PyTorch = "PyTorch, the better layout", BFloat16 = "bfloat16";

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1.5);

    private static readonly int s_images = int.Parse(Environment.GetEnvironmentVariable("TRIVIAL_LAYERS_BENCHMARK_IMAGES") ?? "10000", CultureInfo.InvariantCulture);

    public static void Run(Report report)
    {
        if (Driver is { } driver)
            report.Line($"  {driver}");
        using var images = RandomImages(s_images);
        var results = new List<Row>();
        void Add(Row row)
        {
            results.Add(row);
            report.Line(string.Create(CultureInfo.InvariantCulture, $"  {row.What,-10} {row.Network,-10} batch {row.Batch,4} {row.How,-32} {row.Seconds,8:F3} s {row.Rate,10:F0} {row.Unit}/s"));
        }

        void Compare(string what, int depth, int batch, double done, string unit, IReadOnlyList<(string How, Func<double> Seconds)> ways)
        {
            var medians = Turns.Medians([.. ways.Select(way => way.Seconds)]);
            foreach (var ((how, _), seconds) in ways.Zip(medians))
                Add(new Row(what, $"ResNet-{depth}", batch, how, seconds, done / seconds, unit));
            foreach (var ((how, _), seconds) in ways.Zip(medians).Where(entry => !entry.First.How.StartsWith(PyTorch, StringComparison.Ordinal)))
            {
                var theirs = ways.ToList().FindIndex(way => way.How == (how == BFloat16 ? $"{PyTorch}, {BFloat16}" : PyTorch));
                if (theirs >= 0)
                    report.Figure($"gpu.{what}.resnet{depth}.batch{batch}.{how.Replace(' ', '_').Replace(",", "", StringComparison.Ordinal)}.ratio_vs_pytorch", medians[theirs] / seconds);
            }
        }

        foreach (var (depth, wanted, steps) in new[] { (20, 128, 160), (20, 512, 80), (56, 128, 60), (56, 512, 40) }.DistinctBy(entry => (entry.Item1, Math.Min(entry.Item2, s_images))))
        {
            var batch = Math.Min(wanted, s_images);
            using var network = Network(depth);
            using var peer = Peer.For(network, images);
            var part = Math.Min(s_images / batch, steps) * batch;
            var recipes = Recipes(depth, wanted).ToList();
            var ways = recipes.Select(recipe => (Words(recipe), (Func<double>)(() => TrainingSeconds(images, () => Network(depth), recipe with { Batch = batch }, part / batch)))).ToList();
            if (peer is not null)
                ways.AddRange(recipes.Where(recipe => recipe.Deterministic).Select(recipe => (Words(recipe) == BFloat16 ? $"{PyTorch}, {BFloat16}" : PyTorch, (Func<double>)(() => Theirs(peer, images.Count, recipe, batch, part)))));
            Compare("training", depth, batch, part, "images", ways);
        }

        foreach (var depth in new[] { 20, 56 })
        {
            using var network = Network(depth);
            using var peer = Peer.For(network, images);
            var batch = DeviceBatch.For(network, images);
            Compare("evaluation", depth, batch, images.Count, "images",
            [
                ("float32", () => Turns.Seconds(() => Evaluation.Accuracy(network, images), warmUp: () => Evaluation.Accuracy(network, images))),
                .. peer is null ? Array.Empty<(string, Func<double>)>() : [(PyTorch, () => peer.Run("evaluate", "better", batch, "--warm-up", Words(images.Count)).Seconds)],
            ]);
            Compare("sweep", depth, batch, (double)images.Count * network.Layers.Count, "images of layers",
            [
                ("float32", () => Turns.Seconds(() => Sweep.Run(network, images, new() { Batch = batch }))),
                .. peer is null ? Array.Empty<(string, Func<double>)>() : [(PyTorch, () => peer.Run("sweep", "better", batch).Seconds)],
            ]);
        }

        foreach (var (make, recipe) in Full())
        {
            var batch = Math.Min(recipe.Batch, s_images);
            var steps = Math.Min(s_images / batch, 40);
            using var network = make();
            var seconds = TrainingSeconds(images, make, recipe with { Batch = batch, LearningRate = 0.01 }, steps); // pixels and labels are random: the recipe's rate would diverge
            Add(new Row("full", network.GetName().Split(' ')[0], batch, $"{PrecisionNames.All[recipe.Precision]}, not deterministic", seconds, steps * batch / seconds, "images"));
        }

        File.WriteAllText(
            Environment.GetEnvironmentVariable("TRIVIAL_LAYERS_BENCHMARK_JSON") ?? "gpu.json",
            JsonSerializer.Serialize(new { Machine = ComputeDevice.Describe(), Driver, Peer = Peer.Description, Images = s_images, Results = results }, s_json));
    }

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>In single precision, with deterministic algorithms and without, and in bfloat16; where a step is expensive, the bf16 one only at the larger batch.</summary>
    private static IEnumerable<Recipe> Recipes(int depth, int batch)
    {
        var plain = new Recipe { LearningRate = 0.01 };
        yield return plain;
        yield return plain with { Deterministic = false };
        if (batch == 512 || depth == 20)
            yield return plain with { Precision = Precision.BFloat16 };
    }

    private static string Words(Recipe recipe) =>
        recipe.Precision == Precision.BFloat16 ? BFloat16 : recipe.Deterministic ? "float32" : "float32, not deterministic";

    private static string Words(int count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>PyTorch's seconds for so many images, where it makes whole batches of those at hand, in as many passes as that takes.</summary>
    private static double Theirs(Peer peer, int images, Recipe recipe, int batch, int part)
    {
        var onePass = images / batch * batch;
        var passes = (part + onePass - 1) / onePass;
        string[] more = ["--passes", Words(passes), "--warm-up", Words(Math.Min(images, WarmUpSteps * batch)), .. recipe.Precision == Precision.BFloat16 ? ["--bfloat16"] : Array.Empty<string>()];
        return peer.Run("train", "better", batch, more).Seconds * part / (passes * onePass);
    }

    private static ResNet Network(int depth)
    {
        var network = ResNet.ForSmallImages(depth, 16, Classes, 3);
        Initialisation.He(network, seed: 1);
        network.to(ComputeDevice.Default);
        return network;
    }

    /// <summary>The networks of the profile <c>full</c>, and a deeper one, each with its recipe.</summary>
    private static IEnumerable<(Func<SegmentedNetwork> Make, Recipe Recipe)> Full()
    {
        var plan = Profile.Full;
        foreach (var depth in new[] { 20, 56, 110 })
            yield return (() => Network(depth), plan.Recipe);
        yield return (() => (SegmentedNetwork)Vgg.ForSmallImages(plan.Vgg.Depth, plan.Vgg.Width).to(ComputeDevice.Default), plan.Wide);
        yield return (() => (SegmentedNetwork)ResNet.ForLargeImages(18, Classes, 3, 64, smallImageStem: true).to(ComputeDevice.Default), plan.Wide);
    }

    /// <summary>What the system says of NVIDIA's driver; null where there is none, or the system is not Linux.</summary>
    private static string? Driver => File.Exists("/proc/driver/nvidia/version") ? File.ReadLines("/proc/driver/nvidia/version").First() : null;

    /// <summary>Seconds for an epoch of so many steps after one that warms up.</summary>
    private static double TrainingSeconds(ImageSet images, Func<SegmentedNetwork> make, Recipe recipe, int steps)
    {
        using var network = make();
        var clock = Stopwatch.StartNew();
        do
            Train(Math.Min(WarmUpSteps, steps));
        while (clock.Elapsed < s_warmUp); // .NET compiles what runs often a second time
        return Train(steps);

        double Train(int count)
        {
            using var scope = NewDisposeScope();
            using var part = Split(images, count * recipe.Batch);
            return part.Train.Count / Trainer.Fit(network, part, recipe with { Epochs = 1 }, seed: 1).Epochs[0].ImagesPerSecond;
        }
    }

    /// <summary>So many training images, with a few to validate on.</summary>
    private static DataSplit Split(ImageSet images, int count) =>
        new("random", Repeated(images, count), Repeated(images, Math.Min(count, 100)), Repeated(images, Math.Min(count, 100)));

    /// <summary>So many images, from the first on and again where there are fewer.</summary>
    private static ImageSet Repeated(ImageSet images, int count)
    {
        using var scope = NewDisposeScope();
        var chosen = arange(count, dtype: ScalarType.Int64).remainder(images.Count);
        return new("part", images.Images.index_select(0, chosen), images.Labels.index_select(0, chosen), images.Classes, images.Mean, images.Std);
    }

    internal static ImageSet RandomImages(int count)
    {
        using var generator = new Generator(1, CPU);
        return new("random images", randint(256, [count, 3, Side, Side], ScalarType.Byte, generator: generator), randint(Classes, [count], ScalarType.Int64, generator: generator), [.. Enumerable.Range(0, Classes).Select(label => label.ToString(CultureInfo.InvariantCulture))]);
    }

    private sealed record Row(string What, string Network, int Batch, string How, double Seconds, double Rate, string Unit);
}
