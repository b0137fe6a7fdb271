namespace TrivialLayers;

/// <summary>The shape of a mark, so that a figure can be read in grey print.</summary>
internal enum MarkShape
{
    /// <summary>A disc.</summary>
    Circle,

    /// <summary>A square on its side.</summary>
    Square,

    /// <summary>A square on its corner.</summary>
    Diamond,

    /// <summary>A triangle that points up.</summary>
    TriangleUp,

    /// <summary>A triangle that points down.</summary>
    TriangleDown,

    /// <summary>An upright cross.</summary>
    Cross,
}
