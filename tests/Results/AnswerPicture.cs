namespace TrivialLayers.Results;

/// <summary>The picture that opens the README: a ResNet-56 and a network without shortcuts, each layer zeroed in turn.</summary>
internal static class AnswerPicture
{
    /// <summary>Its place in the repository.</summary>
    public const string File = "notebooks/answer.svg";

    /// <summary>The picture as SVG.</summary>
    public static string Of(Evidence evidence) => SweepFigures.ByLayer(
        ("ResNet-56, with shortcuts", evidence.Deep[0].Sweep), ("PlainNet-20, without", evidence.Plain[0].Sweep)).Svg;
}
