using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>The large-image networks against torchvision's, and the others against the same ones in Python, with weights from a formula; <c>torchvision/record.py</c> says which, and recorded their answers.</summary>
public sealed class TorchvisionTests
{
    private const int Period = 1009;

    [Theory]
    [InlineData("resnet18")]
    [InlineData("resnet34")]
    [InlineData("resnet50")]
    [InlineData("resnet101")]
    [InlineData("vgg11_bn")]
    public void A_network_answers_as_torchvisions_does(string name)
    {
        using var network = Large(name, classes: 10);
        AssertLogits(name, network);
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("resnet34")]
    [InlineData("resnet50")]
    [InlineData("resnet101")]
    [InlineData("resnet152")]
    [InlineData("vgg11_bn")]
    [InlineData("vgg13_bn")]
    [InlineData("vgg16_bn")]
    [InlineData("vgg19_bn")]
    public void All_its_tensors_have_torchvisions_names_and_shapes(string name)
    {
        using var network = Large(name, classes: 1000);
        var lines = string.Concat(Tensors(network).Select(entry => $"{entry.Key} {string.Join(',', entry.Value.shape)}\n"));
        using var recorded = ReadRecorded();
        Assert.Equal(recorded.RootElement.GetProperty("names").GetProperty(name).GetString(), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines))));
    }

    [Theory]
    [InlineData("projection")]
    [InlineData("padded")]
    [InlineData("plain")]
    public void A_network_for_small_images_answers_as_the_same_network_written_for_PyTorch(string kind)
    {
        using SegmentedNetwork network = kind == "plain"
            ? PlainNet.ForSmallImages(14, 16)
            : ResNet.ForSmallImages(14, 16, shortcut: kind == "padded" ? ShortcutKind.ZeroPadded : ShortcutKind.Projection);
        AssertLogits($"small {kind}", network);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("unet")]
    [InlineData("segnet")]
    [InlineData("residual")]
    public void An_encoder_decoder_answers_as_the_same_network_written_for_PyTorch(string kind)
    {
        var expected = Recorded("maps", kind);
        using var scope = NewDisposeScope();
        using var network = EncoderDecoders.Make(kind, width: 16);
        Fill(network);
        using var evaluation = new EvaluationMode(network);
        var found = NetworkProbe.Sample(network.call(Repeated(OnePeriod(0), [1, 1, 33, 47])))[0].flatten().data<float>().ToArray();
        Assert.Equal(expected.Count, found.Length);
        Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-4 * expected.Max(Math.Abs)));
    }

    private static void AssertLogits(string recorded, SegmentedNetwork network)
    {
        var expected = Recorded("logits", recorded);
        using var scope = NewDisposeScope();
        Fill(network);
        using var evaluation = new EvaluationMode(network);
        // In double precision: in single two right ways to convolve differ by 1.3e-4 on ResNet-34.
        network.to(ScalarType.Float64);
        var found = network.call(Repeated(OnePeriod(0), [1, 3, 64, 64]).to(ScalarType.Float64))[0].data<double>().ToArray();
        var largest = expected.Max(Math.Abs);
        Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-4 * largest));
    }

    private static SegmentedNetwork Large(string name, int classes) => name.StartsWith("vgg", StringComparison.Ordinal)
        ? Vgg.ForLargeImages(int.Parse(name[3..5]), classes)
        : ResNet.ForLargeImages(int.Parse(name[6..]), classes);

    private static JsonDocument ReadRecorded() =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "tests", "TrivialLayers.Tests", "Models", "torchvision", "logits.json")));

    private static List<double> Recorded(string what, string name)
    {
        using var recorded = ReadRecorded();
        return [.. recorded.RootElement.GetProperty(what).GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
    }

    /// <summary>Parameters and statistics, sorted by name; counters of batches left out.</summary>
    private static IEnumerable<KeyValuePair<string, Tensor>> Tensors(Module network) =>
        network.state_dict().Where(entry => !entry.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)).OrderBy(entry => entry.Key, StringComparer.Ordinal);

    private static void Fill(Module network)
    {
        using var noGradients = no_grad();
        foreach (var (k, (name, values)) in Tensors(network).Index())
        {
            using var scope = NewDisposeScope();
            var u = OnePeriod(k);
            u = values.dim() > 1 ? u * Math.Sqrt(24.0 / (values.numel() / values.shape[0]))
                : name.EndsWith("running_var", StringComparison.Ordinal) ? 1 + (u / 2)
                : name.EndsWith("weight", StringComparison.Ordinal) ? 1 + (u / 5)
                : u / 10;
            values.copy_(Repeated(u, values.shape));
        }
    }

    private static Tensor OnePeriod(int k) => ((arange(Period, ScalarType.Int64) * 7919) + (k * 104729)).remainder(Period).to(ScalarType.Float64) / Period - 0.5;

    private static Tensor Repeated(Tensor period, long[] shape)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        return period.to(ScalarType.Float32).repeat((count + Period - 1) / Period).slice(0, 0, count, 1).reshape(shape);
    }
}
