namespace TrivialLayers;

/// <summary>How near a residual unit comes to its shortcut once a kernel in it is zeroed, and what that costs.</summary>
/// <param name="Unit">
/// The unit and the kernel that was zeroed in it, as "layer2.1.conv1": a unit with two convolutions in its branch has two such records.
/// </param>
/// <param name="Distance">‖unit output − relu(shortcut)‖ / ‖unit output‖ over the test images, after zeroing; 0 is the identity.</param>
/// <param name="Drop">Drop in test accuracy of the same zeroing, percentage points.</param>
public sealed record UnitIdentity(string Unit, double Distance, double Drop)
{
    /// <summary>The distance up to which a unit counts as nearly the identity: our reading of the paper's "nearly".</summary>
    public const double Near = 0.25;

    /// <summary>The distance as texts write it.</summary>
    internal const string Formula = "‖unit output − relu(shortcut)‖ / ‖unit output‖";
}
