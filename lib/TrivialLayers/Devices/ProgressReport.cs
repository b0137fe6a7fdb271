namespace TrivialLayers;

/// <summary>How far a long work is. Rate and time left are the display's to compute.</summary>
/// <param name="Task">What is being done, for example <c>train ResNet-20 (width 16)</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all.</param>
/// <param name="Unit">What is counted, for example <c>images</c>.</param>
/// <param name="Note">What else is worth knowing now, or null.</param>
public sealed record ProgressReport(string Task, long Done, long Total, string Unit, string? Note = null);
