using System.Diagnostics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>A training in a run's folder, which may end at any moment and then resumes from what was kept last.</summary>
/// <param name="folder">The run's folder; only one process works in it.</param>
/// <param name="network">The network.</param>
/// <param name="data">The images.</param>
/// <param name="identity">What the run is.</param>
/// <param name="report">Told in a sentence when what was kept is damaged.</param>
internal sealed class ResumableTraining(string folder, Module<Tensor, Tensor> network, DataSplit data, Identity identity, Action<string> report)
{
    private readonly string _state = Path.Combine(folder, RunFolder.StateFile);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private (int Done, TrainingHistory History) _last = (0, new TrainingHistory([]));
    private double _before;

    /// <summary>Trains by a recipe.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the message says what is kept.</exception>
    public TrainedRun Run(TrainingJob job)
    {
        using var state = Load();
        return Run(
            () => Trainer.Continue(network, job, state, (history, memory) => Keep(history.Epochs.Count, history, memory)),
            job.Recipe.Name, () => $"{_last.Done} of {job.Recipe.Epochs} epochs are kept", job.CancellationToken);
    }

    /// <summary>Trains by a loop of the user's own.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the message says what is kept.</exception>
    public TrainedRun Run(OwnTraining what, Action<OwnLoop> loop, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        Threads.Choose();
        using var backend = ConvolutionBackend.For(network);
        return Run(
            () => loop(new OwnLoop(this, network, what, progress, cancellationToken)),
            what.ToString(), () => _last.Done > 0 ? $"The state that the loop kept at {_last.Done} is" : "Nothing is kept", cancellationToken);
    }

    /// <summary>Brings the network to where it was when a state was kept last; where there is none it stays as it is.</summary>
    public TrainingState Load()
    {
        if (!File.Exists(_state))
            return TrainingState.None;
        try
        {
            var state = TrainingState.Load(_state, network, identity.Address);
            (_last, _before) = ((state.Done, state.History), state.Seconds);
            return state;
        }
        catch (InvalidDataException error)
        {
            File.Move(_state, AtomicFile.FreeName(_state + ".damaged"));
            report($"Training starts over: {error.Message}");
            return TrainingState.None;
        }
    }

    /// <summary>Keeps the state of the network and what goes with it.</summary>
    public void Keep(int done, TrainingHistory history, IReadOnlyDictionary<string, Tensor> memory)
    {
        var state = new TrainingState(done, history, _before + _clock.Elapsed.TotalSeconds, memory);
        AtomicFile.Write(_state, stream => state.Save(stream, network, identity.Address));
        _last = (done, history);
    }

    private TrainedRun Run(Action train, string training, Func<string> kept, CancellationToken cancellationToken)
    {
        AtomicFile.DeleteLeftovers(folder, "*");
        try
        {
            train();
        }
        catch (OperationCanceledException stopped)
        {
            throw new OperationCanceledException($"Interrupted. {kept()} in {folder}.\nAsk for the same run again to resume from there.", stopped, stopped.CancellationToken);
        }

        var seconds = _before + _clock.Elapsed.TotalSeconds;
        double Percent(ImageSet images) => Evaluation.Run(network, images, cancellationToken: cancellationToken).Percent;
        Weights.Save(network, Path.Combine(folder, RunFolder.WeightsFile));
        using (var probe = RunFolder.Probe(network, data))
            RunFolder.Write(probe, Path.Combine(folder, RunFolder.ProbeFile));
        var run = new TrainedRun
        {
            Network = network.GetName(),
            Identity = identity,
            Data = data.Name,
            Training = training,
            Parameters = network.parameters().Sum(parameter => parameter.numel()),
            TrainingAccuracy = Percent(data.Train),
            ValidationAccuracy = Percent(data.Validation),
            TestAccuracy = Percent(data.Test),
            Seconds = seconds,
            Files = new Dictionary<string, string>(),
            Provenance = Provenance.Of(NetworkProbe.DeviceOf(network)),
            History = _last.History,
            Folder = folder,
        };
        KeepRecord(run);
        run = RunFolder.Seal(run, RunFolder.WeightsFile, RunFolder.ProbeFile);
        File.Delete(_state);
        File.Delete(Path.Combine(folder, RunFolder.StartProbeFile));
        return run;
    }

    /// <summary>Keeps the run's record beside its weights, for whoever takes it elsewhere without them.</summary>
    private void KeepRecord(TrainedRun run)
    {
        if (run.Recipe is null)
            return; // nobody could train it again
        var record = Directory.CreateDirectory(Path.Combine(folder, RunFolder.RecordFolder)).FullName;
        AtomicFile.DeleteLeftovers(record, "*");
        var probe = File.ReadAllBytes(Path.Combine(folder, RunFolder.StartProbeFile));
        AtomicFile.Write(Path.Combine(record, RunFolder.StartProbeFile), stream => stream.Write(probe));
        RunFolder.SealRecord(run, record, network);
    }
}
