namespace TrivialLayers.Results;

/// <summary>Three trainings each of the networks that segment scenes, of <c>04-connections</c>.</summary>
/// <param name="Plain">Without connections.</param>
/// <param name="UNet">With long ones that carry features.</param>
/// <param name="SegNet">With long ones that carry the positions of max pooling.</param>
/// <param name="Residual">With short ones.</param>
internal sealed record EncoderDecoders(IReadOnlyList<SweptRun> Plain, IReadOnlyList<SweptRun> UNet, IReadOnlyList<SweptRun> SegNet, IReadOnlyList<SweptRun> Residual)
{
    private const int Width = 8;

    public static EncoderDecoders Of(ShippedRuns shipped, DataSplit scenes, Recipe recipe) => new(
        shipped.Seeds(() => PlainEncoderDecoder.ForSmallImages(width: Width), scenes, recipe),
        shipped.Seeds(() => TrivialLayers.UNet.ForSmallImages(width: Width), scenes, recipe),
        shipped.Seeds(() => TrivialLayers.SegNet.ForSmallImages(width: Width), scenes, recipe),
        shipped.Seeds(() => ResidualEncoderDecoder.ForSmallImages(width: Width), scenes, recipe));
}
