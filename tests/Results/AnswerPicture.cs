namespace TrivialLayers.Results;

/// <summary>The picture that opens the README: a ResNet-56, each layer zeroed in turn.</summary>
internal static class AnswerPicture
{
    /// <summary>Its place in the repository.</summary>
    public const string File = "notebooks/answer.svg";

    /// <summary>The picture as SVG, low enough for the README's first screen.</summary>
    public static string Of(Evidence evidence) => SweepFigures.ByLayer(evidence.Deep[0].Sweep).WithPlotHeight(180).Svg;
}
