namespace TrivialLayers;

/// <summary>How far a residual unit is from its own shortcut, as it is or with one kernel of its branch at zero.</summary>
/// <param name="Unit">The unit's dotted name, for example <c>layer2.1</c>.</param>
/// <param name="Zeroed">The dotted name of the zeroed convolution, for example <c>layer2.1.conv1</c>; null for the untouched unit.</param>
/// <param name="Distance">See <see cref="UnitDistances"/>: 0 or more, without unit; 0 when the unit is its shortcut.</param>
public sealed record UnitDistance(string Unit, string? Zeroed, double Distance);
