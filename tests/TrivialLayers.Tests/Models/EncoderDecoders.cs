
namespace TrivialLayers.Tests;

/// <summary>The four encoder–decoders, which differ in their connections only, by name.</summary>
internal static class EncoderDecoders
{
    public static readonly string[] Kinds = ["plain", "unet", "segnet", "residual"];

    public static EncoderDecoder Make(string kind, int width, int classes = 11, int units = 2) => kind switch
    {
        "plain" => PlainEncoderDecoder.ForSmallImages(3, width, classes, 1, units),
        "unet" => UNet.ForSmallImages(3, width, classes, 1, units),
        "segnet" => SegNet.ForSmallImages(3, width, classes, 1, units),
        "residual" => ResidualEncoderDecoder.ForSmallImages(3, width, classes, 1, units),
        _ => throw new ArgumentException($"No encoder–decoder is called \"{kind}\".", nameof(kind)),
    };
}
