namespace TrivialLayers;

/// <summary>What the shortcut of a residual unit does where the unit changes the shape; He et al. (2016), section 3.3.</summary>
public enum ShortcutKind
{
    /// <summary>A 1×1 convolution with batch norm (option B).</summary>
    Projection,

    /// <summary>Every second row and column of the input, with zeros for the channels it lacks; no weights (option A).</summary>
    ZeroPadded,
}
