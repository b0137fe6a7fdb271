using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>What a training run minimises.</summary>
public sealed record Loss
{
    private readonly Func<Tensor, Tensor, Tensor>? _function;

    private Loss(Func<Tensor, Tensor, Tensor>? function) => _function = function;

    /// <summary>The share of the target that is spread over all classes.</summary>
    internal double Smoothing { get; private init; }

    /// <summary>Name and version of a loss of the user's own; null for cross-entropy.</summary>
    internal (string Name, int Version)? Id { get; private init; }

    /// <summary>Cross-entropy of the softmax, its mean over images, or over pixels that have labels, in nats.</summary>
    /// <param name="smoothing">The share of the target that is spread over all classes (Szegedy et al. 2016, section 7), 0 to below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The smoothing is outside its range.</exception>
    public static Loss CrossEntropy(double smoothing = 0)
    {
        Require.Range(smoothing is >= 0 and < 1, nameof(smoothing), smoothing, "at least 0 and below 1");
        return new((logits, labels) => functional.cross_entropy(logits, labels, label_smoothing: smoothing)) { Smoothing = smoothing };
    }

    /// <summary>A loss of the user's own. A run's address holds its name and version, and they alone tell losses apart: whoever changes the function raises the version.</summary>
    /// <param name="name">A name, for example <c>focal, gamma 2</c>.</param>
    /// <param name="version">A number, 1 for the first.</param>
    /// <param name="function">From logits and labels, as the network and <see cref="ImageSet"/> give them, to a scalar to be made small; it draws nothing at random.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static Loss Of(string name, int version, Func<Tensor, Tensor, Tensor> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Named(name, version, function);
    }

    /// <summary>A loss of a stored run, whose function is not known here.</summary>
    internal static Loss Named(string name, int version, Func<Tensor, Tensor, Tensor>? function = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new(function) { Id = (name, version) };
    }

    /// <exception cref="InvalidOperationException">It is a stored run's.</exception>
    internal Tensor At(Tensor logits, Tensor labels) =>
        _function is { } function ? function(logits, labels) : throw new InvalidOperationException($"Only the name of the loss {this} was stored, not its function. Give the recipe a loss with a function: Loss.Of(…).");

    /// <inheritdoc/>
    public bool Equals(Loss? other) => other is not null && (Id, Smoothing) == (other.Id, other.Smoothing);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Smoothing);

    /// <inheritdoc/>
    public override string ToString() => Id is { } id ? $"{id.Name}, version {id.Version}" : FormattableString.Invariant($"cross-entropy{(Smoothing > 0 ? FormattableString.Invariant($", smoothing {Smoothing}") : "")}");
}
