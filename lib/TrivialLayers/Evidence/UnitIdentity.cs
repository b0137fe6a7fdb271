namespace TrivialLayers.Evidence;

/// <summary>How near a residual unit comes to its shortcut once a kernel in it is zeroed, and what that costs.</summary>
/// <param name="Unit">The unit's name, as "layer2.1".</param>
/// <param name="Distance">‖unit output − relu(shortcut)‖ / ‖unit output‖ over the test images, after zeroing; 0 is the identity.</param>
/// <param name="Drop">Drop in test accuracy of the same zeroing, percentage points.</param>
public sealed record UnitIdentity(string Unit, double Distance, double Drop);
