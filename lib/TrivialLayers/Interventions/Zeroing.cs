using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// A scope in which the kernels of some layers are zero: the paper's operation. Biases and batch norm stay as they are. On dispose, also after an
/// exception, the kernels are again what they were, bit for bit. Scopes nest and may end in any order: a kernel stays zero until the last scope that names it
/// ends. Weights that change inside the scope (by training, say) are lost for the kernels it names.
/// </summary>
public sealed class Zeroing : IDisposable
{
    private static readonly ConditionalWeakTable<Module, Dictionary<string, Held>> Ledgers = [];

    private readonly Module _network;
    private readonly List<string> _layers;
    private readonly long[]? _filters;
    private bool _disposed;

    private Zeroing(Module network, List<string> layers, long[]? filters)
    {
        _network = network;
        _layers = layers;
        _filters = filters;
    }

    /// <summary>Replaces the kernels of these convolutions or linear layers with zeros until the scope is disposed.</summary>
    /// <param name="network">Any module.</param>
    /// <param name="layers">Dotted names as <see cref="NetworkLayers.All"/> lists them; a name given twice counts once.</param>
    /// <exception cref="ArgumentException">A name is not a layer of the network; the message gives the nearest ones, and nothing is changed.</exception>
    public static Zeroing Of(Module network, params IEnumerable<string> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return Begin(network, [.. layers.Distinct()], filters: null);
    }

    /// <summary>Replaces single filters of a convolution with zeros until the scope is disposed: the weights of some of its output channels.</summary>
    /// <param name="network">Any module.</param>
    /// <param name="layer">A dotted name as <see cref="NetworkLayers.All"/> lists them.</param>
    /// <param name="filters">Numbers of output channels, from 0; one given twice counts once.</param>
    /// <exception cref="ArgumentException">The name is not a layer of the network; the message gives the nearest ones, and nothing is changed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The convolution has no such output channel; nothing is changed.</exception>
    public static Zeroing OfFilters(Module network, string layer, params IEnumerable<int> filters)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(filters);
        return Begin(network, [layer], [.. filters.Distinct().Select(filter => (long)filter)]);
    }

    private static Zeroing Begin(Module network, List<string> layers, long[]? filters)
    {
        ArgumentNullException.ThrowIfNull(network);
        NetworkLayers.Demand(network, layers, linearToo: true);
        if (filters is not null && Kernel(network, layers[0]).shape[0] is var count && filters.Any(filter => filter < 0 || filter >= count))
            throw new ArgumentOutOfRangeException(nameof(filters), string.Join(", ", filters), $"'{layers[0]}' has the filters 0 to {count - 1}.");
        var scope = new Zeroing(network, layers, filters);
        var ledger = Ledgers.GetOrCreateValue(network);
        using var noGradients = no_grad();
        foreach (var layer in layers)
        {
            var kernel = Kernel(network, layer);
            if (!ledger.TryGetValue(layer, out var held))
                ledger[layer] = held = new Held(kernel.detach().clone().DetachFromDisposeScope());
            held.Scopes.Add(scope);
            scope.Zero(kernel);
        }

        return scope;
    }

    /// <summary>Puts back each weight that no other scope keeps at zero.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        var ledger = Ledgers.GetOrCreateValue(_network);
        using var noGradients = no_grad();
        foreach (var layer in Enumerable.Reverse(_layers)) // of two names of one tensor, the first holds its values
        {
            var held = ledger[layer];
            var kernel = Kernel(_network, layer);
            held.Scopes.Remove(this);
            kernel.copy_(held.Values);
            held.Scopes.ForEach(scope => scope.Zero(kernel));
            if (held.Scopes.Count > 0)
                continue;
            held.Values.Dispose();
            ledger.Remove(layer);
        }
    }

    private void Zero(Tensor kernel)
    {
        using var scope = NewDisposeScope();
        if (_filters is null)
            kernel.zero_();
        else if (_filters.Length > 0)
            kernel.index_fill_(0, tensor(_filters, device: kernel.device), 0);
    }

    private static Parameter Kernel(Module network, string layer) => network.get_parameter(layer + ".weight")!;

    private sealed class Held(Tensor values)
    {
        public Tensor Values { get; } = values;

        public List<Zeroing> Scopes { get; } = [];
    }
}
