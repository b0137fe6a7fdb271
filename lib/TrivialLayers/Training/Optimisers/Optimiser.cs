using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>How gradients move weights. Rate and weight decay are the recipe's.</summary>
public sealed record Optimiser
{
    private Optimiser()
    {
    }

    /// <summary>Stochastic gradient descent with Nesterov momentum 0.9: version 1's.</summary>
    internal static Optimiser Default { get; } = new();

    internal OptimiserKind Kind { get; init; }

    /// <summary>How much of the last step's direction stays: momentum, and AdamW's β₁.</summary>
    internal double Momentum { get; init; } = 0.9;

    internal bool Nesterov { get; init; } = true;

    internal double Beta2 { get; init; } = 0.999;

    internal double Epsilon { get; init; } = 1e-8;

    /// <summary>Stochastic gradient descent as torch computes it, weight decay added to the gradient.</summary>
    /// <param name="momentum">0 to below 1.</param>
    /// <param name="nesterov">Whether the step looks ahead along the momentum (Sutskever et al. 2013), else the plain one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The momentum is outside its range.</exception>
    public static Optimiser Sgd(double momentum = 0.9, bool nesterov = true)
    {
        Require.Range(momentum is >= 0 and < 1, nameof(momentum), momentum, "at least 0 and below 1");
        return new() { Momentum = momentum, Nesterov = nesterov };
    }

    /// <summary>Adam with decoupled weight decay: Loshchilov and Hutter (2019), <i>Decoupled Weight Decay Regularization</i>, algorithm 2. Each step takes rate × decay off the weights.</summary>
    /// <param name="beta1">How much of the mean of the gradients stays, 0 to below 1.</param>
    /// <param name="beta2">How much of the mean of their squares stays, 0 to below 1.</param>
    /// <param name="epsilon">Added to the root of that, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public static Optimiser AdamW(double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    {
        Require.Range(beta1 is >= 0 and < 1, nameof(beta1), beta1, "at least 0 and below 1");
        Require.Range(beta2 is >= 0 and < 1, nameof(beta2), beta2, "at least 0 and below 1");
        Require.Range(epsilon > 0 && double.IsFinite(epsilon), nameof(epsilon), epsilon, "above 0");
        return new() { Kind = OptimiserKind.AdamW, Momentum = beta1, Beta2 = beta2, Epsilon = epsilon };
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(Kind == OptimiserKind.AdamW
        ? $"AdamW, β₁ {Momentum}, β₂ {Beta2}, ε {Epsilon}"
        : (FormattableString)$"SGD, {(Nesterov ? "Nesterov " : "")}momentum {Momentum}");

    /// <summary>Begins with a network, or goes on from a state that <see cref="IStepper.State"/> gave.</summary>
    internal static IStepper Begin(Module network, Recipe recipe, IReadOnlyDictionary<string, Tensor> state) =>
        recipe.Optimiser.Kind == OptimiserKind.AdamW ? new AdamW(network, recipe, state) : new Sgd(network, recipe, state);
}
