namespace TrivialLayers.Results;

/// <summary>The generated part of the repository's README: the table of claims, and below it where its numbers are from.</summary>
internal static class ReadmeBlock
{
    /// <summary>The command that makes it.</summary>
    public const string Command = "dotnet run -c Release --project tests/Results";

    /// <summary>The text between the marks.</summary>
    /// <param name="measured">What was measured on the images that come with the repository.</param>
    /// <param name="others">What was found on other images.</param>
    /// <param name="listed">How many runs the tables list.</param>
    /// <param name="shipped">How many runs ship.</param>
    public static string Of(MeasuredFindings measured, IReadOnlyList<IFindings> others, int listed, int shipped)
    {
        IFindings[] all = [measured, .. others];
        return string.Join('\n',
        [
            "| claim | verdict | what was found |",
            "| --- | --- | --- |",
            .. Claims.All.Select(claim => $"| [{claim.Id}](notebooks/{claim.Notebook}.ipynb) {Sentences.Of(claim)} | {Verdicts(all, claim)} | {Parts(all, of => of.Found(claim))} |"),
            "",
            $"In brackets are intervals; [data/checkpoints](data/checkpoints/README.md#results) says of what kind, and lists all {Words.Digits(listed)} trainings ({Words.Number(shipped - listed)} more ship as examples) with the reasons for each verdict and [how to train them again](data/checkpoints/README.md#make-them-again).",
            $"`{Command}` computes these lines from the shipped runs, without training.",
            "",
        ]);
    }

    /// <summary>The verdict, once where all images give the same.</summary>
    private static string Verdicts(IReadOnlyList<IFindings> all, Claim claim) =>
        all.Select(findings => findings.Verdict(claim)).OfType<string>().Distinct().ToList() is [var same] ? same : Parts(all, of => of.Verdict(claim));

    private static string Parts(IEnumerable<IFindings> all, Func<IFindings, string?> part) =>
        string.Join("<br>", all.Where(findings => part(findings) is not null).Select(findings => $"{findings.Images}: {part(findings)}"));
}
