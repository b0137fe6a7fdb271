using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>What a training loop of the user's own has at hand in <see cref="RunStore.GetOrMake"/>: a place to keep how far it is, so that it resumes there after an interruption or a kill.</summary>
public sealed class OwnLoop
{
    private readonly ResumableTraining _training;

    internal OwnLoop(ResumableTraining training, Module<Tensor, Tensor> network, OwnTraining what, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        (_training, Network, Data, Seed) = (training, network, what.Data, what.Seed);
        (Progress, CancellationToken) = (progress, cancellationToken);
    }

    /// <summary>The network to train, with the weights it had in the call.</summary>
    public Module<Tensor, Tensor> Network { get; }

    /// <summary>The images.</summary>
    public DataSplit Data { get; }

    /// <summary>The seed; <see cref="Seeds.Derive"/> makes one of it for each epoch, so that no generator's state needs keeping.</summary>
    public long Seed { get; }

    /// <summary>To be told how far it is, or null.</summary>
    public IProgress<ProgressReport>? Progress { get; }

    /// <summary>Cancelled when the loop is to end; it asks once a batch.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Puts what was kept last back into the network and into these tensors.</summary>
    /// <param name="memory">What the loop remembers beside the network, by name: momentum, for instance. The same names and shapes each time.</param>
    /// <returns>The number that was kept with it; 0, and everything as it was, when nothing was kept.</returns>
    /// <exception cref="ArgumentException">What was kept has other names.</exception>
    public int Resume(IReadOnlyDictionary<string, Tensor>? memory = null)
    {
        using var state = _training.Load();
        if (state.Done == 0)
            return 0;
        memory ??= new Dictionary<string, Tensor>();
        if (!memory.Keys.ToHashSet().SetEquals(state.Memory.Keys))
            throw new ArgumentException($"The stored state has {string.Join(", ", state.Memory.Keys)}, but the loop now requests {string.Join(", ", memory.Keys)}. If the loop has changed, raise its version.", nameof(memory));
        using var noGradients = no_grad();
        foreach (var (name, values) in memory)
            values.copy_(state.Memory[name]);
        return state.Done;
    }

    /// <summary>Keeps the network and these tensors in place of what was kept before; a kill leaves the one or the other, whole.</summary>
    /// <param name="done">How far the loop is, in epochs or in what it counts, 1 or more.</param>
    /// <param name="memory">What it remembers beside the network, by name.</param>
    /// <exception cref="IOException">The disk is full or failed; what was kept before is as it was.</exception>
    public void Keep(int done, IReadOnlyDictionary<string, Tensor>? memory = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(done, 1);
        _training.Keep(done, new TrainingHistory([]), memory ?? new Dictionary<string, Tensor>());
    }
}
