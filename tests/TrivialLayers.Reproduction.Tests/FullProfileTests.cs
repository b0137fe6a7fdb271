using System.Globalization;

namespace TrivialLayers.Tests;

/// <summary>The table in <c>environment.md</c> of what the profile <c>full</c> costs on a card, computed from the networks. No card was there to measure on.</summary>
public sealed class FullProfileTests
{
    private const int Seeds = 3;
    private const double TrainingImages = 45_000, Scenes = 8_000;

    /// <summary>Multiply-accumulates a second: what the table assumes.</summary>
    private const double Rate = 5e12;

    public static TheoryData<string> Networks => ["20x8", "20x16", "56x8", "56x16", "110x16", "large-18x64", "large-50x64", "large-152x64", "plain-20x16", "vgg-11", "scenes-none", "scenes-unet", "scenes-segnet", "scenes-residual"];

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_environment_page_says_what_a_network_costs(string name)
    {
        using var network = Make(name);
        var isScene = network is EncoderDecoder;
        var layers = NetworkLayers.For(network, network.Channels, 32, 32);
        var (macs, recipe) = (layers.Sum(layer => (double)layer.MultiplyAccumulates!), isScene ? Profile.Full.Scenes : Profile.Full.Recipe);
        var outputs = layers.Sum(layer => (double)layer.MultiplyAccumulates! / (layer.KernelHeight * layer.KernelWidth * (layer.InChannels / layer.Groups)));
        // A forward pass and twice as much for the gradients of features and of weights; features of convolution and batch norm, and weights, gradients and momentum, four bytes each.
        var training = 3 * macs * (isScene ? Scenes : TrainingImages) * recipe.Epochs * Seeds;
        var bytes = (recipe.Batch * outputs * 2 * 4) + (network.parameters().Sum(parameter => parameter.numel()) * 3 * 4);
        var row = string.Create(
            CultureInfo.InvariantCulture,
            $"| {network.Title} | {(isScene ? "scenes" : "CIFAR-10")} | {recipe.Epochs} | {recipe.Batch} | {macs / 1e6:N0} | {training / 1e15:F1} | {bytes / 1e9:F2} | {training / Rate / 3600:F2} |");
        Assert.True(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "environment.md")).Contains(row, StringComparison.Ordinal), $"environment.md is without this row:\n{row}");
    }

    private static SegmentedNetwork Make(string name)
    {
        int[] Numbers(string size) => [.. size.Split('x').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        return name.Split('-') switch
        {
            ["large", var size] => ResNet.ForLargeImages(Numbers(size)[0], 10, 3, Numbers(size)[1], smallImageStem: true),
            ["plain", var size] => PlainNet.ForSmallImages(Numbers(size)[0], Numbers(size)[1]),
            ["vgg", _] => Vgg.ForSmallImages(11, 0.25),
            ["scenes", "none"] => PlainEncoderDecoder.ForSmallImages(width: 8),
            ["scenes", "unet"] => UNet.ForSmallImages(width: 8),
            ["scenes", "segnet"] => SegNet.ForSmallImages(width: 8),
            ["scenes", "residual"] => ResidualEncoderDecoder.ForSmallImages(width: 8),
            _ => ResNet.ForSmallImages(Numbers(name)[0], Numbers(name)[1]),
        };
    }
}
