namespace TrivialLayers;

/// <summary>A claim, the paper's or our own, and the rule that decides it; the log says when each rule was fixed. <see cref="Claims.All"/> lists them.</summary>
/// <param name="Id">C1 to C7.</param>
/// <param name="Sentence">The claim in one sentence.</param>
/// <param name="Rule">What decides it. It holds: reproduced; its opposite is shown: not reproduced; else undecided.</param>
/// <param name="Notebook">The notebook that decides it, without folder and extension.</param>
public sealed record Claim(string Id, string Sentence, string Rule, string Notebook);
