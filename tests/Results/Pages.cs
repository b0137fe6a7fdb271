namespace TrivialLayers.Results;

/// <summary>The pages with results, computed from the shipped runs.</summary>
internal static class Pages
{
    private const string Readme = "README.md";
    private const string Checkpoints = "data/checkpoints/README.md";

    /// <summary>Each generated file, from the repository's root, with what it should hold.</summary>
    /// <param name="report">Told which images are missing, a line each.</param>
    /// <exception cref="InvalidOperationException">A run or sweep is missing.</exception>
    /// <exception cref="InvalidDataException">A page has no place for its results.</exception>
    public static IReadOnlyList<(string File, string Text)> Made(Action<string> report)
    {
        foreach (var missing in CheckpointsBlock.Needed.Where(images => !ShippedRuns.Has(images)))
            report($"SKIPPED: the results on {missing} stay as they are, since these images are missing; see data/README.md");
        var (readme, checkpoints) = (BlockOf(Readme), BlockOf(Checkpoints));
        using var shipped = new ShippedRuns();
        var sample = new MeasuredFindings("Fashion-MNIST", Evidence.Of(Profile.Quick, shipped));
        const string other = "CIFAR-10";
        var onOther = ShippedRuns.Has(Profile.Reference.Dataset) ? Evidence.Of(Profile.Reference, shipped) : null;
        IFindings others = onOther is null ? new StandingFindings(other, readme.Text) : new MeasuredFindings(other, onOther);
        return
        [
            (Readme, readme.With(ReadmeBlock.Of(sample, [others], NetworkTable.Listed.Count(), ShippedRuns.All.Count))),
            (Checkpoints, checkpoints.With(new CheckpointsBlock(shipped, checkpoints.Text).Of((sample.Images, sample.Evidence), (other, onOther)))),
            (AnswerPicture.File, AnswerPicture.Of(sample.Evidence)),
        ];
    }

    private static MarkedBlock BlockOf(string file) => MarkedBlock.In(File.ReadAllText(Path.Combine(RepositoryFolder.Data, "..", file)), file);
}
