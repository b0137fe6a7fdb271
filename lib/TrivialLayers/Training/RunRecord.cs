using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>A run without its weights, for where there is no room for them: its history, its record and how the network behaves before the first step.</summary>
public static class RunRecord
{
    /// <summary>Writes the record of a run; the run stays as it is.</summary>
    /// <param name="run">A finished run of <see cref="RunStore.GetOrTrain"/>.</param>
    /// <param name="make">Makes the network.</param>
    /// <param name="data">The images it was trained on.</param>
    /// <param name="store">The folder of another store; the run gets a folder of the same name there.</param>
    /// <returns>The run as it was written, which has no weights.</returns>
    /// <exception cref="ArgumentException">The network or the images are not those of the run, the run has no weights or no recipe, or it is in that store itself.</exception>
    public static TrainedRun Write(TrainedRun run, Func<Module<Tensor, Tensor>> make, DataSplit data, string store)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(data);
        var home = Path.TrimEndingDirectorySeparator(Path.GetFullPath(run.Folder));
        var folder = Path.Combine(Path.GetFullPath(store), Path.GetFileName(home));
        if (folder == home)
            throw new ArgumentException($"Writing the record there would delete the weights of {home}. Choose the folder of another store.", nameof(store));
        if (!run.HasWeights)
            throw new ArgumentException($"{home} has no weights, so it cannot be compared with the network.", nameof(run));
        if (run.Recipe is not { } recipe)
            throw new ArgumentException($"{home} was not trained with a recipe, so it could not be reproduced from its record.", nameof(run));

        using var network = make();
        var isIts = RunIdentity.AtStart(network, data, recipe, run.Seed).Equals(run.Identity);
        using var start = RunFolder.Probe(network, data);
        if (!isIts || !Answers())
            throw new ArgumentException($"The network or the images are not those of {home}.", nameof(make));

        Directory.CreateDirectory(folder);
        RunFolder.Write(start, Path.Combine(folder, RunFolder.StartProbeFile));
        return RunFolder.SealRecord(run, folder, network);

        bool Answers()
        {
            Weights.Load(network, Path.Combine(home, RunFolder.WeightsFile));
            using var trained = RunFolder.Probe(network, data);
            return RunFolder.Reproduces(trained, Path.Combine(home, RunFolder.ProbeFile));
        }
    }
}
