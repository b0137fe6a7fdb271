namespace TrivialLayers;

/// <summary>A progress display that can also ask the work to end.</summary>
public interface ICancellableProgress : IProgress<ProgressReport>
{
    /// <summary>Cancelled when the work should end.</summary>
    CancellationToken Token { get; }
}
