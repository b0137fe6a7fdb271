using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// VGG networks with batch norm, Simonyan and Zisserman (2015), table 1. Names as torchvision's <c>vgg*_bn</c>: <c>features.0</c> is the first convolution.
/// <para>With the head that is usual for small images, average pooling and one linear layer; at full width (64 to 512 channels), three input channels and ten classes:</para>
/// <list type="table">
/// <listheader><term>depth</term><description>convolutions, parameters</description></listheader>
/// <item><term>11</term><description>8, 9,231,114</description></item>
/// <item><term>13</term><description>10, 9,416,010</description></item>
/// <item><term>16</term><description>13, 14,728,266</description></item>
/// <item><term>19</term><description>16, 20,040,522</description></item>
/// </list>
/// <para>With torchvision's head for images of 224×224 pixels, 7×7 pooling and three linear layers with dropout; 1,000 classes:</para>
/// <list type="table">
/// <listheader><term>depth</term><description>convolutions, parameters</description></listheader>
/// <item><term>11</term><description>8, 132,868,840</description></item>
/// <item><term>13</term><description>10, 133,053,736</description></item>
/// <item><term>16</term><description>13, 138,365,992</description></item>
/// <item><term>19</term><description>16, 143,678,248</description></item>
/// </list>
/// </summary>
public sealed class Vgg : SegmentedNetwork, IDescribed
{
    /// <summary>Channels of the convolutions; 0 is a 2×2 max pooling with stride 2. Configurations A, B, D and E of the paper.</summary>
    private static readonly Dictionary<int, int[]> Configurations = new()
    {
        [11] = [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0],
        [13] = [64, 64, 0, 128, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0],
        [16] = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0],
        [19] = [64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512, 0],
    };

    private readonly Chain features;
    private readonly Module<Tensor, Tensor> classifier;
    private readonly Func<Tensor, Tensor> _pool;

    private Vgg(string title, int depth, double width, int channels, Func<long, Module<Tensor, Tensor>> head, Func<Tensor, Tensor> pool)
        : base(title, channels)
    {
        if (!Configurations.TryGetValue(depth, out var configuration))
            throw new ArgumentOutOfRangeException(nameof(depth), depth, "The depth of a VGG must be 11, 13, 16 or 19.");
        if (!(width > 0) || double.IsInfinity(width))
            throw new ArgumentOutOfRangeException(nameof(width), width, "The width multiplier must be positive; 1 gives 64 to 512 channels.");

        long Scaled(int size) => Math.Max(1, (long)Math.Round(size * width));
        var modules = new List<Module<Tensor, Tensor>>();
        long current = channels;
        foreach (var size in configuration)
        {
            if (size == 0)
            {
                modules.Add(MaxPool2d(2, 2));
                continue;
            }

            // torchvision's convolutions before batch norm keep their bias.
            modules.AddRange([Conv2d(current, Scaled(size), 3, padding: 1), BatchNorm2d(Scaled(size)), ReLU()]);
            current = Scaled(size);
        }

        // A 28×28 image is 1×1 before the last pooling already.
        features = new Chain(modules);
        classifier = head(current);
        _pool = pool;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public string Description => "vgg";

    /// <summary>A VGG network for images of about 32×32 pixels.</summary>
    /// <param name="depth">11, 13, 16 or 19.</param>
    /// <param name="width">Multiplies the channels of each convolution; 1 gives 64 to 512.</param>
    /// <param name="classes">Number of classes, 2 or more.</param>
    /// <param name="channels">Channels of an image: 3 for colour, 1 for grey.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such depth, or a size is not positive.</exception>
    public static Vgg ForSmallImages(int depth = 16, double width = 1, int classes = 10, int channels = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        return new(FormattableString.Invariant($"VGG-{depth} (width ×{width})"), depth, width, channels, features => Linear(features, classes), maps => maps.mean([2, 3]));
    }

    /// <summary>A VGG network for images of about 224×224 pixels, the same as torchvision's.</summary>
    /// <param name="depth">11, 13, 16 or 19.</param>
    /// <param name="classes">Number of classes, 2 or more.</param>
    /// <param name="channels">Channels of an image: 3 for colour, 1 for grey.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such depth, or a size is not positive.</exception>
    public static Vgg ForLargeImages(int depth = 16, int classes = 1000, int channels = 3)
    {
        const int Side = 7, Hidden = 4096;
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        return new(
            $"VGG-{depth}", depth, 1, channels,
            features => new Chain(Linear(features * Side * Side, Hidden), ReLU(), Dropout(), Linear(Hidden, Hidden), ReLU(), Dropout(), Linear(Hidden, classes)),
            maps => (maps.shape is [_, _, Side, Side] ? maps : functional.adaptive_avg_pool2d(maps, [Side, Side])).flatten(1)); // on a GPU the pooling has no deterministic gradient
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Segment> Segments =>
    [
        .. Blocks(),
        new("head", ["classifier"], maps => classifier.call(_pool(maps))),
    ];

    /// <inheritdoc/>
    public override LayerRole RoleOf(string layer) => layer == "features.0" ? LayerRole.Stem : LayerRole.Plain;

    /// <summary>A convolution with the batch norm and ReLU after it is one segment, any other module another.</summary>
    private IEnumerable<Segment> Blocks()
    {
        var modules = features.Modules;
        for (var first = 0; first < modules.Count;)
        {
            var start = first;
            string[] names = modules.Skip(start).Take(3).ToArray() is [TorchSharp.Modules.Conv2d, TorchSharp.Modules.BatchNorm2d, TorchSharp.Modules.ReLU] ? [Name(start), Name(start + 1), Name(start + 2)] : [Name(start)];
            first += names.Length;
            yield return new Segment(Name(start), names, input => Through(modules.Skip(start).Take(names.Length), input));
        }

        static string Name(int index) => $"features.{index}";
    }

    private static Tensor Through(IEnumerable<Module<Tensor, Tensor>> modules, Tensor input)
    {
        using var scope = NewDisposeScope();
        return modules.Aggregate(input, (maps, module) => Apply(module, maps)).MoveToOuterDisposeScope();
    }

    /// <summary>A pooling step leaves maps of one pixel as they are, so that images of 28×28 pixels fit as well as 32×32.</summary>
    private static Tensor Apply(Module<Tensor, Tensor> module, Tensor input) =>
        module is MaxPool2d && Math.Min(input.shape[2], input.shape[3]) < 2 ? input.alias() : module.call(input);
}
