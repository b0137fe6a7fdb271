using System.Text.RegularExpressions;

namespace TrivialLayers.Results;

/// <summary>The networks trained on some images and how many of their layers are trivial, one row per run.</summary>
internal static partial class NetworkTable
{
    /// <summary>The recipes of the runs that decide claims; others show what a changed layer does.</summary>
    public static IReadOnlyList<string> OnProcessors { get; } = [Recipe.Quick.Name, Recipe.Reference.Name, Recipe.Fit.Name, Recipe.Scenes.Name];

    /// <summary>The recipes of the runs from a GPU.</summary>
    public static IReadOnlyList<string> OnCards { get; } = [Recipe.Full.Name, Recipe.FullWide.Name];

    /// <summary>The runs that are listed, on whatever images.</summary>
    public static IEnumerable<TrainedRun> Listed => ShippedRuns.All.Where(run => OnProcessors.Contains(run.Training) || OnCards.Contains(run.Training));

    /// <summary>What the rows have in common, and the table.</summary>
    /// <param name="shipped">The runs.</param>
    /// <param name="images">The name of their images.</param>
    /// <param name="recipes">The names of their recipes.</param>
    public static IReadOnlyList<string> Of(ShippedRuns shipped, string images, IReadOnlyList<string> recipes)
    {
        var data = shipped.Images(images);
        List<SweptRun> rows =
        [
            .. Listed.Where(run => run.Data == images && recipes.Contains(run.Training))
                .OrderBy(run => Numbers().Replace(run.Network, digits => digits.Value.PadLeft(4, '0')), StringComparer.Ordinal).ThenBy(run => run.Seed)
                .Select(run => shipped.Of(() => (SegmentedNetwork)ShippedNetworks.Of(run), data, run.Recipe!, run.Seed)),
        ];
        var scenes = data.Test.HasPixelLabels;
        return
        [
            Sentences.Training(rows, data) + (scenes ? "; accuracy counts pixels, verdicts are on the mean intersection over union (IoU)." : "."),
            "",
            $"| network | parameters | epochs | seed | training accuracy | test accuracy |{(scenes ? " mean IoU |" : "")} layers | Trivial | Undecided | NonTrivial | median drop (points) | run |",
            $"| --- | --- | --- | --- | --- | --- |{(scenes ? " --- |" : "")} --- | --- | --- | --- | --- | --- |",
            .. rows.Select(row => Row(row, scenes)),
        ];
    }

    /// <summary>A run by the first digits of its address, as a link to its folder.</summary>
    public static string Link(TrainedRun run) => $"[{run.Address[..12]}]({Path.GetFileName(run.Folder)})";

    private static string Row(SweptRun swept, bool scenes)
    {
        var (run, sweep) = (swept.Run, swept.Sweep);
        var iou = scenes ? $" {Words.Fixed(sweep.Baseline.Value, 2)} % |" : "";
        return $"| {run.Network} | {Words.Digits(run.Parameters)} | {run.History.Epochs.Count} | {run.Seed} | {Words.Fixed(run.TrainingAccuracy, 2)} % | {Words.Fixed(run.TestAccuracy, 2)} % |{iou} {sweep.Targets.Count} | "
            + $"{sweep.Count(Verdict.Trivial)} | {sweep.Count(Verdict.Undecided)} | {sweep.Count(Verdict.NonTrivial)} | {Words.Fixed(sweep.MedianDrop(), 2)} | {Link(run)} |";
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();
}
