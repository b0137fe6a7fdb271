using Microsoft.Data.Analysis;

namespace TrivialLayers;

/// <summary>A figure made of pictures. It has no form for plotly.js, and so is a type of its own: a notebook chooses the forms of a value by its type.</summary>
internal sealed class PictureFigure : Figure
{
    internal PictureFigure(Drawing drawing, DataFrame table)
        : base(drawing, table, plotlyJson: null)
    {
    }
}
