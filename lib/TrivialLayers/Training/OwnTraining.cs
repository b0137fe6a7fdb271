namespace TrivialLayers;

/// <summary>
/// What a training run by a loop of the user's own is; with the network's modules it is the run's address. Nothing else tells two of them apart: whoever changes the loop, one of its numbers or the weights
/// that it starts from takes another name or raises the version.
/// </summary>
public sealed record OwnTraining
{
    /// <summary>Says what a loop is.</summary>
    /// <param name="name">A name with what decides the result, for example <c>sharpness-aware, rho 0.05</c>.</param>
    /// <param name="version">A number, 1 for the first.</param>
    /// <param name="data">The images it trains on.</param>
    /// <param name="seed">From which it draws all that is random.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public OwnTraining(string name, int version, DataSplit data, long seed)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(data);
        (Name, Version, Data, Seed) = (name, version, data, seed);
    }

    /// <summary>A name with what decides the result.</summary>
    public string Name { get; }

    /// <summary>Raised when the loop changes.</summary>
    public int Version { get; }

    /// <summary>The images it trains on.</summary>
    public DataSplit Data { get; }

    /// <summary>From which it draws all that is random.</summary>
    public long Seed { get; }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Name}, version {Version}");
}
