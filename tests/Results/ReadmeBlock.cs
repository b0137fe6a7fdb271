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
        return string.Join('\n',
        [
            "| claim | verdict | what was found |",
            "| --- | --- | --- |",
            .. Claims.All.Select(claim => $"| [{claim.Id}](notebooks/{claim.Notebook}.ipynb) {Sentences.Of(claim)} | {Verdicts(claim)} | {Sentence(measured.Lead(claim) + measured.Found(claim))}{Parts(claim, of => of.Found(claim))} |"),
            "",
            $"On {measured.Images} (C3: scenes made of it){string.Concat(others.Select(of => $", or on {of.Images} where that is named"))}. In brackets are ranges over trainings, for C4, C5 and C7 intervals; tau is 0 by chance. [data/checkpoints](data/checkpoints/README.md#results) has all {Words.Digits(listed)} trainings ({Words.Number(shipped - listed)} more ship as examples), the reasons for each verdict and [how to train them again](data/checkpoints/README.md#make-them-again). `{Command}` computes the table from them.",
            "",
        ]);

        string Verdicts(Claim claim) => measured.Verdict(claim) + Parts(claim, of => of.Verdict(claim) is var verdict && verdict != measured.Verdict(claim) ? verdict : null);

        string Parts(Claim claim, Func<IFindings, string?> part) =>
            string.Concat(others.Where(of => part(of) is not null).Select(of => $"<br>{of.Images}: {part(of)}"));
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
