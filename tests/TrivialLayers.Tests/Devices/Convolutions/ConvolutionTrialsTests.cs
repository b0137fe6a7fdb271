using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Convolutions with a fault in those to 32 channels, planted in the process that tries them: what is found, what is kept, and what is gone by where nothing can be tried.</summary>
public sealed class ConvolutionTrialsTests : IDisposable
{
    private static readonly ConvolutionShape s_right = Shape(16, 16), s_faulty = Shape(16, 32);

    private readonly TemporaryFolder _folder = new();
    private int _started;

    private string Kept => _folder["convolutions"];

    private string[] KeptFiles => Directory.Exists(Kept) ? Directory.GetFiles(Kept) : [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("output", "in the output")]
    [InlineData("images", "in the gradient of the images")]
    [InlineData("kernel", "in the gradient of the kernel")]
    [InlineData("bias", "in the gradient of the bias")]
    [InlineData("default-layout", "in the output")]
    [InlineData("with-bias", "in the output")]
    [InlineData("nan", "not finite")]
    [InlineData("error", "an error, ")]
    [InlineData("crash", "a crash")]
    public void A_fault_is_found_and_kept(string fault, string expected)
    {
        var found = Trials(fault).FirstWrong([s_right, s_faulty], threads: 1);

        Assert.Equal(s_faulty, found?.Shape);
        Assert.Contains(expected, found?.Fault);
        Assert.Equal(2, KeptFiles.Length);
        Assert.Equal(found, Trials("none").FirstWrong([s_right, s_faulty], threads: 1)); // from the folder
        Assert.Null(Trials("none").FirstWrong([s_right], threads: 1));
        Assert.Equal(2, _started); // a fault behind another convolution is tried once more, alone
    }

    [Fact]
    public void What_is_right_is_found_right_once_for_each_number_of_threads()
    {
        var trials = Trials("none");
        Assert.Null(trials.FirstWrong([s_right, s_faulty], threads: 1));
        Assert.Null(trials.FirstWrong([s_faulty], threads: 1));
        Assert.Null(Trials("crash").FirstWrong([s_right, s_faulty], threads: 1));
        Assert.Equal(1, _started);

        Assert.NotNull(Trials("crash").FirstWrong([s_right, s_faulty], threads: 2));
        Assert.Equal(3, _started);
    }

    [Fact]
    public void One_that_does_not_end_counts_as_wrong_in_this_process_only()
    {
        var trials = Trials("hang", TimeSpan.FromSeconds(8));
        Assert.Contains("no result within 8 s", trials.FirstWrong([s_right, s_faulty], threads: 1)?.Fault);
        Assert.NotNull(trials.FirstWrong([s_faulty], threads: 1));
        Assert.Equal(1, _started);
        Assert.Single(KeptFiles);
    }

    [Theory]
    [InlineData("exit")]
    [InlineData("no process")]
    [InlineData("no such program")]
    [InlineData("another program")]
    public void Where_nothing_can_be_tried_doubtful_ones_are_left_to_libtorch_and_nothing_is_kept(string child)
    {
        var trials = child == "exit" ? Trials("exit") : new ConvolutionTrials(Kept, (_, _) => child switch
        {
            "no process" => null,
            "no such program" => new ProcessStartInfo("/nowhere/dotnet"),
            _ => new ProcessStartInfo("dotnet", ["--version"]),
        }, TimeSpan.FromMinutes(1));
        var doubtful = Shape(33, 32);

        Assert.Null(trials.FirstWrong([s_faulty], threads: 1));
        Assert.Equal(ProcessorFeatures.IsDoubtful(doubtful) ? (doubtful, ConvolutionTrials.Untried) : null, trials.FirstWrong([doubtful], threads: 1));
        Assert.Empty(KeptFiles);
    }

    [Fact]
    public void A_damaged_finding_is_found_again_and_replaced()
    {
        Trials("none").FirstWrong([s_right], threads: 1);
        var file = Assert.Single(KeptFiles);
        var whole = File.ReadAllText(file);
        foreach (var damaged in new[] { "", "{", "null", "[]", """{"Subject":"another","Fault":"wrong"}""" })
        {
            File.WriteAllText(file, damaged);
            Assert.Null(Trials("none").FirstWrong([s_right], threads: 1));
            Assert.Equal(whole, File.ReadAllText(file));
        }
    }

    [Fact]
    public void Without_a_folder_to_keep_it_in_it_is_found_each_time()
    {
        _folder.Write("convolutions", []); // a file where the folder should be
        Assert.NotNull(Trials("nan").FirstWrong([s_faulty], threads: 1));
        Assert.NotNull(Trials("nan").FirstWrong([s_faulty], threads: 1));
        Assert.Equal(2, _started);
    }

    [Fact]
    public async Task Several_at_once_find_the_same()
    {
        var found = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Trials("output").FirstWrong([s_right, s_faulty], threads: 1))));
        Assert.All(found, wrong => Assert.Equal(found[0], wrong));
        Assert.Equal(2, KeptFiles.Length);
    }

    [Fact]
    public void The_shapes_of_a_network_are_each_named_once_and_written_as_they_are_read()
    {
        using var network = ResNet.ForSmallImages(56, 8, 10, 3);
        var shapes = ConvolutionShape.Of(network, Precision.Float32);
        Assert.Equal(
            ["conv2d 3→8, 3×3", "conv2d 8→8, 3×3", "conv2d 8→16, 3×3, stride 2", "conv2d 16→16, 3×3", "conv2d 16→32, 3×3, stride 2", "conv2d 32→32, 3×3"],
            shapes.Where(shape => !shape.IsPointwise).Select(shape => shape.ToString()));
        Assert.Equal(shapes, shapes.Select(shape => ConvolutionShape.Parse(shape.ToText())));
        Assert.All(ConvolutionShape.Of(network, Precision.BFloat16), shape => Assert.Equal(ScalarType.BFloat16, shape.Type));
        network.to(ScalarType.Float64);
        Assert.Empty(ConvolutionShape.Of(network, Precision.Float32));
    }

    private ConvolutionTrials Trials(string fault, TimeSpan? patience = null) => new(
        Kept,
        (_, arguments) =>
        {
            Interlocked.Increment(ref _started);
            return new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Worker.dll"), "convolutions", fault, .. arguments]);
        },
        patience ?? TimeSpan.FromMinutes(1));

    private static ConvolutionShape Shape(long inChannels, long outChannels) => new(ScalarType.Float32, inChannels, outChannels, 1, (3, 3), (1, 1), (1, 1), (1, 1));
}
