using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Passes a set of images through a network with different kernels at zero, batch by batch, reusing what the zeroed layers do not touch. The network is in evaluation mode until the end.</summary>
internal sealed class SweepPass : IDisposable
{
    private readonly ImageSet _images;
    private readonly int _batch;
    private readonly IProgress<ProgressReport>? _progress;
    private readonly string _task;
    private readonly long _total;
    private readonly CancellationToken _cancellationToken;
    private readonly Device _device;
    private readonly EvaluationMode _evaluation;
    private readonly PrefixReuse _engine;
    private long _done;

    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>.</param>
    /// <param name="images">The images.</param>
    /// <param name="batch">Images a batch, 1 or more.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="task">What the progress line calls it.</param>
    /// <param name="total">Images that will be passed in all, once for each set of zeroed kernels.</param>
    /// <param name="cancellationToken">Ends a pass after the current set of the current batch.</param>
    public SweepPass(
        Module<Tensor, Tensor> network, ImageSet images, int batch, IProgress<ProgressReport>? progress, string task, long total, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        (_images, _batch, _progress, _task, _total) = (images, batch, progress, task, total);
        _cancellationToken = progress.Link(cancellationToken);
        _device = NetworkProbe.DeviceOf(network);
        _evaluation = new EvaluationMode(network);
        try
        {
            _engine = Checked(network);
        }
        catch
        {
            _evaluation.Dispose();
            throw;
        }
    }

    /// <summary>The convolutions that a sweep zeroes in turn.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static IReadOnlyList<ConvolutionLayer> LayersOf(Module network, Func<string, LayerRole>? roleOf) =>
        ConvolutionLayers.Of(network, roleOf) is { Count: > 0 } layers ? layers : throw new InvalidOperationException("The network has no two-dimensional convolution to zero.");

    /// <summary>Intervals of answers right or wrong hold for independent answers; those for the pixels of one image are not.</summary>
    /// <exception cref="ArgumentException">Pixels have labels.</exception>
    public static void DemandAnswersByImage(ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.HasPixelLabels)
            throw new ArgumentException($"\"{images.Name}\" has a label for each pixel, and the pixels of an image are no independent answers. Use {nameof(MetricSweep)} with a metric for each image, for instance {nameof(Metric)}.{nameof(Metric.MeanIoU)}.", nameof(images));
    }

    /// <summary>The network's answers, and those with each set of kernels at zero as well.</summary>
    /// <param name="zeroed">Convolutions whose kernels are zero in all that is computed.</param>
    /// <param name="sets">Sets of further convolutions.</param>
    public (AnswerSheet Baseline, IReadOnlyList<AnswerSheet> Zeroed) Answers(IReadOnlyList<string> zeroed, IReadOnlyList<IReadOnlyList<string>> sets)
    {
        var baseline = new AnswerSheet(_images);
        var sheets = sets.Select(_ => new AnswerSheet(_images)).ToList();
        Visit(zeroed, sets, (set, logits, labels) => (set is { } index ? sheets[index] : baseline).Add(logits, labels));
        return (baseline, sheets);
    }

    /// <summary>Computes the network's logits for each batch, and those with each set of kernels at zero as well.</summary>
    /// <param name="zeroed">Convolutions whose kernels are zero in all that is computed.</param>
    /// <param name="sets">Sets of further convolutions.</param>
    /// <param name="take">Receives the place of the set (null for none), the logits and the labels, batch by batch in the order of the images; they are disposed afterwards.</param>
    public void Visit(IReadOnlyList<string> zeroed, IReadOnlyList<IReadOnlyList<string>> sets, Action<int?, Tensor, Tensor> take)
    {
        var always = zeroed.ToHashSet();
        for (var start = 0; start < _images.Count; start += _batch)
        {
            using var scope = NewDisposeScope();
            var size = Math.Min(_batch, _images.Count - start);
            var (input, labels) = _images.Batch(start, size, _device);
            take(null, _engine.Begin(input.ToChannelsLast(), always), labels);
            foreach (var (index, set) in sets.Index())
            {
                _cancellationToken.ThrowIfCancellationRequested();
                using var setScope = NewDisposeScope();
                take(index, _engine.With(set), labels);
                _progress?.Report(new ProgressReport(_task, _done += size, _total, "images"));
            }
        }
    }

    public void Dispose()
    {
        _engine.Dispose();
        _evaluation.Dispose();
    }

    /// <summary>
    /// The engine, after it gave for each layer, on a few images, what the network gives with that kernel replaced by zeros. A layer that is not really changed would show a drop of zero
    /// and pass for trivial, so it is an error.
    /// </summary>
    private PrefixReuse Checked(Module<Tensor, Tensor> network)
    {
        using var scope = NewDisposeScope();
        var few = _images.Batch(0, Math.Min(FoldedNetwork.Compared, _images.Count), _device).Images.ToChannelsLast();
        var layers = ConvolutionLayers.Of(network);
        var engine = PrefixReuse.For(network, layers, few);
        try
        {
            engine.Begin(few.clone());
            foreach (var layer in layers)
            {
                using var layerScope = NewDisposeScope();
                if (IsZero(network, layer))
                    throw new InvalidOperationException($"The kernel of '{layer.Name}' is zero already; zeroing it would change nothing and prove nothing. End the zeroing scope first, or train the network.");
                using var zeroing = Zeroing.Of(network, layer.Name);
                if (!IsZero(network, layer))
                    throw new InvalidOperationException($"The kernel of '{layer.Name}' did not become zero. Is it computed from other weights?");
                var (found, expected) = (engine.With(layer.Name), network.call(few.clone()));
                if (!FoldedNetwork.AreSameLogits(found, expected) && expected.isfinite().all().item<bool>())
                {
                    throw new InvalidOperationException(
                        $"With the kernel of '{layer.Name}' at zero, the network's stages gave other logits than the network. Is a module shared between stages, or does its forward pass do something else than its stages?");
                }
            }

            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    private static bool IsZero(Module network, ConvolutionLayer layer) => network.get_parameter(layer.Weight)!.count_nonzero().item<long>() == 0;
}
