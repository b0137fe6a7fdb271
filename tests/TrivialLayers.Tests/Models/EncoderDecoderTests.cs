using static TorchSharp.torch;

namespace TrivialLayers.Tests;

public sealed class EncoderDecoderTests
{
    public static TheoryData<string> Kinds => [.. EncoderDecoders.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Images_of_odd_sizes_keep_their_size(string kind)
    {
        using var network = Make(kind);
        using var evaluation = new EvaluationMode(network);
        foreach (var (height, width) in new[] { (32, 32), (33, 47), (21, 5), (4, 4), (7, 4) })
        {
            using var scope = NewDisposeScope();
            Assert.Equal([2, 11, height, width], network.call(zeros(2, 1, height, width)).shape);
        }

        using var outer = NewDisposeScope();
        Assert.Contains("needs 4 pixels or more", Assert.Throws<ArgumentException>(() => network.call(zeros(2, 1, 8, 3))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_networks_differ_in_their_connections_only()
    {
        using var plain = Make("plain");
        using var unet = Make("unet");
        using var segnet = Make("segnet");
        using var residual = Make("residual");
        string[] Names(EncoderDecoder network) => [.. network.Layers.Where(layer => layer.Role != LayerRole.Shortcut).Select(layer => layer.Name)];
        string[] expected =
        [
            "conv1",
            .. new[] { "encoder0", "encoder1", "encoder2", "decoder2", "decoder1", "decoder0" }.SelectMany(group => new[] { $"{group}.0.conv1", $"{group}.0.conv2", $"{group}.1.conv1", $"{group}.1.conv2" }),
        ];
        Assert.All(new[] { plain, unet, segnet, residual }, network => Assert.Equal(expected, Names(network)));
        Assert.Equal(["encoder1.0.downsample.0", "encoder2.0.downsample.0", "decoder2.1.downsample.0", "decoder1.1.downsample.0"], residual.Layers.Where(layer => layer.Role == LayerRole.Shortcut).Select(layer => layer.Name));
        Assert.Equal(["encoder1.0.conv1", "encoder2.0.conv1", "decoder2.1.conv1", "decoder1.1.conv1"], residual.Layers.Where(layer => layer.Role == LayerRole.ChannelChange).Select(layer => layer.Name));
        Assert.All(residual.Layers.Where(layer => layer.Role is LayerRole.ChannelChange or LayerRole.Shortcut), layer => Assert.True(layer.ChangesChannels));
        Assert.All(unet.Layers.Skip(1), layer => Assert.Equal(LayerRole.Plain, layer.Role));
        Assert.Equal(["decoder1.0.conv1", "decoder0.0.conv1"], unet.Layers.Zip(plain.Layers).Where(pair => pair.First != pair.Second).Select(pair => pair.First.Name));
        Assert.Equal((8, 16), ((int)plain.Layers.Single(layer => layer.Name == "decoder0.0.conv1").InChannels, (int)unet.Layers.Single(layer => layer.Name == "decoder0.0.conv1").InChannels));
    }

    [Theory]
    [InlineData("plain", 77_595)]
    [InlineData("segnet", 77_595)]
    [InlineData("unet", 80_475)]
    [InlineData("residual", 79_019)]
    public void Parameters_are_those_of_the_formula(string kind, long expected)
    {
        // A unit a → b: 9ab + 9b² weights and 4b of batch norm; a projection ab + 2b.
        using var network = Make(kind);
        Assert.Equal(expected, network.parameters().Sum(parameter => parameter.numel()));
    }

    [Fact]
    public void Impossible_sizes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => UNet.ForSmallImages(levels: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => UNet.ForSmallImages(units: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SegNet.ForSmallImages(width: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PlainEncoderDecoder.ForSmallImages(classes: 1));
    }

    private static EncoderDecoder Make(string kind) => EncoderDecoders.Make(kind, width: 8);
}
