using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Benchmarks;

/// <summary>
/// The pace of whatever card, or processor, computes: training, evaluation and sweeps of ResNets on images of random pixels, of which the values do not matter. It needs no data. The results also stand in a JSON file, named by
/// <c>TRIVIAL_LAYERS_BENCHMARK_JSON</c> or <c>gpu.json</c>. <c>TRIVIAL_LAYERS_BENCHMARK_IMAGES</c> makes it shorter, with fewer images than 10,000, for a rehearsal.
/// </summary>
internal static class GpuBenchmark
{
    private const int Side = 32, Classes = 10, WarmUpSteps = 20;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1.5);

    private static readonly int s_images = int.Parse(Environment.GetEnvironmentVariable("TRIVIAL_LAYERS_BENCHMARK_IMAGES") ?? "10000", CultureInfo.InvariantCulture);

    public static void Run(Report report)
    {
        using var images = RandomImages(s_images);
        var results = new List<Row>();
        void Add(string what, int depth, int batch, string precision, double seconds, double done, string unit)
        {
            var row = new Row(what, depth, batch, precision, seconds, done / seconds, unit);
            results.Add(row);
            report.Line(string.Create(CultureInfo.InvariantCulture, $"  {row.What,-12} ResNet-{row.Depth,-4} batch {row.Batch,5} {row.Precision,-26} {row.Seconds,8:F3} s {row.Rate,10:F0} {row.Unit}/s"));
        }

        foreach (var (depth, batch, steps) in new[] { (20, 128, 160), (20, 512, 80), (56, 128, 60), (56, 512, 40) })
        {
            var few = Math.Clamp(s_images / batch, 1, steps);
            foreach (var recipe in Recipes(depth, batch))
                Add("training", depth, batch, Words(recipe), TrainingSeconds(images, depth, recipe with { Batch = batch }, few), (double)few * batch, "images");
        }

        foreach (var depth in new[] { 20, 56 })
        {
            using var network = Network(depth);
            var batch = DeviceBatch.For(network, images);
            Evaluation.Accuracy(network, images);
            Add("evaluation", depth, batch, "float32", Turns.Medians(() => Turns.Seconds(() => Evaluation.Accuracy(network, images)))[0], images.Count, "images");
        }

        foreach (var depth in new[] { 20, 56 })
        {
            using var network = Network(depth);
            var batch = DeviceBatch.For(network, images);
            Add("sweep", depth, batch, "float32", Turns.Seconds(() => Sweep.Run(network, images, new() { Batch = batch })), (double)images.Count * network.Layers.Count, "images of layers");
        }

        foreach (var row in results)
            report.Figure(string.Create(CultureInfo.InvariantCulture, $"gpu.{row.What}.resnet{row.Depth}.batch{row.Batch}.{row.Precision.Replace(' ', '_').Replace(",", "", StringComparison.Ordinal)}"), row.Rate);
        File.WriteAllText(
            Environment.GetEnvironmentVariable("TRIVIAL_LAYERS_BENCHMARK_JSON") ?? "gpu.json",
            JsonSerializer.Serialize(new { Machine = ComputeDevice.Describe(), Images = s_images, Results = results }, s_json));
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
        recipe.Precision == Precision.BFloat16 ? "bfloat16" : recipe.Deterministic ? "float32" : "float32, not deterministic";

    private static ResNet Network(int depth)
    {
        var network = ResNet.ForSmallImages(depth, 16, Classes, 3);
        Initialisation.He(network, seed: 1);
        network.to(ComputeDevice.Default);
        return network;
    }

    /// <summary>Seconds for an epoch of so many steps after one that warms up.</summary>
    private static double TrainingSeconds(ImageSet images, int depth, Recipe recipe, int steps)
    {
        using var network = Network(depth);
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

    /// <summary>So many training images, repeated where there are fewer, with a few to validate on.</summary>
    private static DataSplit Split(ImageSet images, int count)
    {
        var numbers = arange(count, dtype: ScalarType.Int64).remainder(images.Count);
        ImageSet Part(Tensor chosen) => new("part", images.Images.index_select(0, chosen), images.Labels.index_select(0, chosen), images.Classes, images.Mean, images.Std);
        return new("random", Part(numbers), Part(numbers.narrow(0, 0, Math.Min(count, 100))), Part(numbers.narrow(0, 0, Math.Min(count, 100))));
    }

    internal static ImageSet RandomImages(int count)
    {
        using var generator = new Generator(1, CPU);
        return new("random images", randint(256, [count, 3, Side, Side], ScalarType.Byte, generator: generator), randint(Classes, [count], ScalarType.Int64, generator: generator), [.. Enumerable.Range(0, Classes).Select(label => label.ToString(CultureInfo.InvariantCulture))]);
    }

    private sealed record Row(string What, int Depth, int Batch, string Precision, double Seconds, double Rate, string Unit);
}
