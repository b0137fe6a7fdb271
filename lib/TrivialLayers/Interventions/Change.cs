using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>What an action did to the parameters and buffers of a network, kept so that it can be done again and undone bit for bit without the action.</summary>
internal sealed class Change : IDisposable
{
    private readonly IReadOnlyList<(string Name, Tensor Live, Tensor Value)> _tensors;

    private Change(IReadOnlyList<(string Name, Tensor Live, Tensor Value)> tensors) => _tensors = tensors;

    /// <summary>The dotted names of the changed parameters and buffers; none when the action did nothing.</summary>
    public IEnumerable<string> Names => _tensors.Select(entry => entry.Name);

    /// <summary>The memory that it holds, in bytes.</summary>
    public long Bytes => _tensors.Sum(entry => entry.Value.numel() * entry.Value.element_size());

    /// <summary>Lets an action change a network, remembers what it changed, and puts the network back.</summary>
    /// <param name="state">The network as it is before and after.</param>
    /// <param name="act">Changes parameters and buffers in place.</param>
    public static Change Of(NetworkState state, Action act)
    {
        using var noGradients = no_grad();
        try
        {
            using var scope = NewDisposeScope();
            act();
            return new Change([.. state.Changed.Select(entry => (entry.Name, entry.Live, entry.Live.detach().clone().DetachFromDisposeScope()))]);
        }
        finally
        {
            state.Restore();
        }
    }

    /// <summary>A scope in which the network is changed; on dispose the tensors are again what they were when it began.</summary>
    public IDisposable Apply() => new Applied(_tensors);

    public void Dispose()
    {
        foreach (var (_, _, value) in _tensors)
            value.Dispose();
    }

    private sealed class Applied : IDisposable
    {
        private readonly List<(Tensor Live, Tensor Before)> _before;

        public Applied(IReadOnlyList<(string Name, Tensor Live, Tensor Value)> tensors)
        {
            using var noGradients = no_grad();
            _before = [.. tensors.Select(entry => (entry.Live, entry.Live.detach().clone().DetachFromDisposeScope()))];
            foreach (var (_, live, value) in tensors)
                live.copy_(value);
        }

        public void Dispose()
        {
            using var noGradients = no_grad();
            foreach (var (live, before) in _before)
            {
                live.copy_(before);
                before.Dispose();
            }

            _before.Clear();
        }
    }
}
