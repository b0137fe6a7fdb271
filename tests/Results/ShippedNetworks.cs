using TorchSharp;
using TrivialLayers.Tests;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Results;

/// <summary>The networks of the shipped runs, those with a changed layer included, as the notebooks build them.</summary>
internal static class ShippedNetworks
{
    private static readonly Func<int, Module<Tensor, Tensor>>[] s_all =
    [
        channels => ResNet.ForSmallImages(20, 16, 10, channels),
        channels => ResNet.ForSmallImages(56, 8, 10, channels),
        channels => PlainNet.ForSmallImages(20, 16, 10, channels),
        channels => ResNet.ForSmallImages(56, 16, 10, channels),
        channels => Vgg.ForSmallImages(11, 0.125, 10, channels),
        channels => Vgg.ForSmallImages(11, 0.25, 10, channels),
        channels => Vgg.ForSmallImages(16, 1, 10, channels),
        channels => ResNet.ForLargeImages(18, 10, channels, 64, smallImageStem: true),
        channels => ResNet.ForSmallImages(32, 8, 10, channels),
        channels => ResNet.ForSmallImages(44, 8, 10, channels),
        channels => ResNet.ForSmallImages(110, 8, 10, channels),
        channels => ResNet.ForSmallImages(8, 16, 10, channels).Replace("layer2.0.conv2", Conv2d(32, 32, 5, padding: 2, bias: false)),
        channels => new OwnNetwork(width: 16, classes: 10, channels),
        channels => ResNet.ForSmallImages(8, 8, 10, channels),
        channels => ResNet.ForSmallImages(14, 8, 10, channels),
        channels => ResNet.ForSmallImages(20, 8, 10, channels),
        channels => ResNet.ForSmallImages(8, 16, 10, channels),
        channels => ResNet.ForSmallImages(14, 16, 10, channels),
        channels => ResNet.ForSmallImages(8, 32, 10, channels),
        channels => ResNet.ForSmallImages(14, 32, 10, channels),
        channels => ResNet.ForSmallImages(20, 32, 10, channels),
        _ => PlainEncoderDecoder.ForSmallImages(width: 8),
        _ => UNet.ForSmallImages(width: 8),
        _ => SegNet.ForSmallImages(width: 8),
        _ => ResidualEncoderDecoder.ForSmallImages(width: 8),
        channels => PlainNet.ForSmallImages(14, 8, 10, channels).Replace("layer1.1", new BasicBlock(8, 8, stride: 1)),
        channels => Pruned(ResNet.ForSmallImages(56, 8, 10, channels), "layer1.8.conv2", "layer2.8.conv1", "layer3.8.conv2"),
    ];

    private static ResNet Pruned(ResNet network, params string[] layers)
    {
        using (no_grad())
            network.get_parameter("layer2.8.bn1.bias")!.fill_(1); // as in a trained network, what is left after its conv1 differs at the border
        TrivialLayers.Pruning.TakeOut(network, layers, 28, 28);
        return network;
    }

    /// <summary>What makes the network of a list of modules.</summary>
    private static readonly Lazy<Dictionary<string, Func<Module<Tensor, Tensor>>>> s_byModules = new(() =>
    {
        var found = new Dictionary<string, Func<Module<Tensor, Tensor>>>();
        foreach (var (make, channels) in s_all.SelectMany(make => new[] { (make, 1), (make, 3) }))
        {
            using var network = make(channels);
            found.TryAdd(KeyOf(NetworkDescription.Of(network)), () => make(channels));
        }

        return found;
    });

    /// <summary>An untrained network with the modules of a run.</summary>
    public static Module<Tensor, Tensor> Of(TrainedRun run) => s_byModules.Value.TryGetValue(KeyOf(run.Modules), out var make)
        ? make()
        : throw new InvalidOperationException($"No network here has the modules of {run.Folder}: add the network that a notebook builds to {nameof(ShippedNetworks)}.");

    private static string KeyOf(IEnumerable<string> modules) => string.Join('\n', modules);
}
