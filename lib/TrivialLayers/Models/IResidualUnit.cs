using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>A unit of a residual network: <c>relu(branch(x) + shortcut(x))</c>.</summary>
public interface IResidualUnit
{
    /// <summary>Whether the unit's output has other channels than its input.</summary>
    bool ChangesChannels { get; }

    /// <summary>The branch: what the unit adds to its shortcut, in the shape of the unit's output.</summary>
    Tensor Branch(Tensor input);

    /// <summary>The shortcut: the input itself (an alias), or what makes it fit the branch.</summary>
    Tensor Shortcut(Tensor input);
}
