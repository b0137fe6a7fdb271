namespace TrivialLayers.Benchmarks;

/// <summary>
/// Convolutions of widths that libtorch computes wrongly on some machines: how long it takes to find out about a whole ResNet, process and all, and what a training of width 8 gains by oneDNN where that
/// computes it rightly. Where it does not, both trainings are the same.
/// </summary>
internal static class ConvolutionBenchmark
{
    public static void Run(Report report)
    {
        using var deep = Workload.ResNet(56);
        var seconds = Turns.Medians([() => Turns.Seconds(() => FirstWrong(deep))])[0];
        report.Line(FormattableString.Invariant($"  ResNet-56, tried: {seconds:F2} s"));
        report.Figure("convolutions.resnet56.seconds_to_try", seconds);

        using var narrow = Workload.ResNet(20, width: 8);
        report.Line(FirstWrong(narrow) is { } wrong ? $"  width 8 is computed without oneDNN here: {wrong.Shape}, {wrong.Fault}" : "  width 8 is computed with oneDNN here");
        using var few = Workload.Part(2 * 128);
        using var data = Workload.Part(20 * 128);
        double Train()
        {
            Workload.TrainingSeconds(narrow, few);
            return Workload.TrainingSeconds(narrow, data);
        }

        double TrainWithoutOneDnn()
        {
            using var without = TorchSetting.Scope([TorchSetting.UserEnabled("Mkldnn")!]);
            return Train();
        }

        var medians = Turns.Medians([Train, TrainWithoutOneDnn]);
        var work = 3 * Workload.BySegment(narrow).Sum() * data.Train.Count;
        report.Rate("ResNet-20, width 8", medians[0], data.Train.Count, work);
        report.Rate("without oneDNN", medians[1], data.Train.Count, work);
        report.Figure("convolutions.resnet20_width8.ratio_vs_without_onednn", medians[1] / medians[0]);
    }

    private static (ConvolutionShape Shape, string Fault)? FirstWrong(ResNet network) =>
        new ConvolutionTrials(folder: null, (folder, arguments) => ChildProcess.Start(folder, ConvolutionCheck.Main, arguments), TimeSpan.FromMinutes(1))
            .FirstWrong(ConvolutionShape.Of(network, Precision.Float32), Threads.Count);
}
