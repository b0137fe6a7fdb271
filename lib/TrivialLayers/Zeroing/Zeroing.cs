using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using TrivialLayers.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Zeroing;

/// <summary>
/// A scope in which the kernels of some convolutions are zero: the paper's operation. Biases and batch norm stay as they are. On dispose, also after an
/// exception, the kernels are again what they were, bit for bit. Scopes nest and may end in any order: a kernel stays zero until the last scope that names it
/// ends. Weights that change inside the scope (by training, say) are lost for the zeroed kernels.
/// </summary>
public sealed class Zeroing : IDisposable
{
    private static readonly ConditionalWeakTable<Module, Dictionary<string, Held>> Ledgers = [];

    private readonly Module _network;
    private readonly List<string> _layers;
    private bool _disposed;

    private Zeroing(Module network, List<string> layers)
    {
        _network = network;
        _layers = layers;
    }

    /// <summary>The names of the convolutions this scope keeps at zero.</summary>
    public IReadOnlyList<string> Layers => _layers;

    /// <summary>Replaces the kernels of these convolutions with zeros until the scope is disposed.</summary>
    /// <param name="network">Any module.</param>
    /// <param name="layers">Dotted names as <see cref="ConvolutionLayers.Of"/> lists them; a name given twice counts once.</param>
    /// <exception cref="ArgumentException">A name is no convolution of the network; the message gives the nearest ones, and nothing is changed.</exception>
    public static Zeroing Of(Module network, params IEnumerable<string> layers)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(layers);
        var chosen = layers.Distinct().ToList();
        var known = ConvolutionLayers.Modules(network).Select(found => found.Name).ToList();
        foreach (var layer in chosen.Where(layer => !known.Contains(layer)))
        {
            throw new ArgumentException(
                $"The network has no convolution named '{layer}'. Nearest names: {string.Join(", ", NearestNames.To(layer, known))}.", nameof(layers));
        }

        var ledger = Ledgers.GetOrCreateValue(network);
        using var noGradients = no_grad();
        foreach (var layer in chosen)
        {
            var kernel = Kernel(network, layer);
            if (!ledger.TryGetValue(layer, out var held))
                ledger[layer] = held = new Held(kernel.detach().clone().DetachFromDisposeScope());
            held.Scopes++;
            kernel.zero_();
        }

        return new Zeroing(network, chosen);
    }

    /// <summary>Puts back each kernel that no other scope keeps at zero.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        var ledger = Ledgers.GetOrCreateValue(_network);
        using var noGradients = no_grad();
        foreach (var layer in _layers)
        {
            var held = ledger[layer];
            if (--held.Scopes > 0)
                continue;
            Kernel(_network, layer).copy_(held.Values);
            held.Values.Dispose();
            ledger.Remove(layer);
        }
    }

    private static Parameter Kernel(Module network, string layer) => network.get_parameter(layer + ".weight")!;

    private sealed class Held(Tensor values)
    {
        public Tensor Values { get; } = values;

        public int Scopes { get; set; }
    }
}
