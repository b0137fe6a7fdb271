using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>A training that is asked for: all of it but the network.</summary>
internal sealed record TrainingJob
{
    /// <exception cref="ArgumentOutOfRangeException">A value of the recipe is outside its range.</exception>
    public TrainingJob(
        DataSplit data, Recipe recipe, long seed, IProgress<ProgressReport>? progress = null, Action<Module<Tensor, Tensor>, TrainingHistory>? afterEpoch = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(recipe);
        recipe.Validate();
        (Data, Recipe, Seed, Progress, AfterEpoch, CancellationToken) = (data, recipe, seed, progress, afterEpoch, progress.Link(cancellationToken));
    }

    public DataSplit Data { get; }

    public Recipe Recipe { get; }

    public long Seed { get; }

    /// <summary>Told about images done.</summary>
    public IProgress<ProgressReport>? Progress { get; }

    /// <summary>Called with the network and the epochs so far.</summary>
    public Action<Module<Tensor, Tensor>, TrainingHistory>? AfterEpoch { get; }

    /// <summary>Cancelled when the caller or the progress display asks for the end.</summary>
    public CancellationToken CancellationToken { get; }
}
