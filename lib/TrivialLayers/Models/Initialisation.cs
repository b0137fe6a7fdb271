using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Starting weights that a seed determines, the same on every device.</summary>
public static class Initialisation
{
    /// <summary>
    /// He et al. (2015), <i>Delving Deep into Rectifiers</i>, eq. 14: convolution kernels normal with variance 2 / (k² · out channels), biases zero;
    /// normalisation layers scale 1, shift 0 and fresh statistics; linear layers uniform in ±1/√(inputs), torch's own default.
    /// </summary>
    /// <param name="network">Any module; drawn on the CPU, copied to where the parameters are.</param>
    /// <param name="seed">The same seed gives the same bytes.</param>
    /// <returns>The names of parameters that belong to none of these layers and so keep the values they had.</returns>
    public static IReadOnlyList<string> He(Module network, long seed)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var noGradients = no_grad();
        using var generator = new Generator((ulong)seed, CPU);
        var untouched = network.named_parameters().Select(parameter => parameter.name).ToHashSet();
        foreach (var (name, module) in network.named_modules().Prepend(("", network)))
        {
            using var scope = NewDisposeScope();
            if (!TryInitialise(module, generator))
                continue;
            foreach (var (parameter, _) in module.named_parameters(recurse: false))
                untouched.Remove(name.Length == 0 ? parameter : $"{name}.{parameter}");
        }

        return [.. untouched.Order(StringComparer.Ordinal)];
    }

    /// <summary>The weights from which a run of that seed starts.</summary>
    internal static IReadOnlyList<string> OfRun(Module network, long seed) => He(network, Seeds.Derive(seed, "weights"));

    private static bool TryInitialise(Module module, Generator generator)
    {
        switch (module)
        {
            case Convolution convolution:
                var kernel = convolution.weight!;
                var fanOut = kernel.shape.Skip(2).Aggregate(kernel.shape[0], (product, size) => product * size) / convolution.groups;
                Set(kernel, empty(kernel.shape).normal_(0, Math.Sqrt(2.0 / fanOut), generator));
                convolution.bias?.zero_();
                return true;
            case NormBase normalisation:
                normalisation.weight?.fill_(1);
                normalisation.bias?.zero_();
                normalisation.reset_running_stats();
                return true;
            case Linear linear:
                var bound = 1 / Math.Sqrt(linear.weight!.shape[1]);
                Set(linear.weight, empty(linear.weight.shape).uniform_(-bound, bound, generator));
                if (linear.bias is { } bias)
                    Set(bias, empty(bias.shape).uniform_(-bound, bound, generator));
                return true;
            default:
                return false;
        }
    }

    private static void Set(Parameter parameter, Tensor values) => parameter.copy_(values);
}
