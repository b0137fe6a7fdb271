using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>All parameters and buffers of a network as they were; on dispose they are that again, bit for bit.</summary>
internal sealed class NetworkState : IDisposable
{
    private readonly List<(string Name, Tensor Live, Tensor Kept)> _tensors;

    public NetworkState(Module network)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        _tensors = [.. network.state_dict().Select(entry => (entry.Key, entry.Value, entry.Value.detach().clone().DetachFromDisposeScope()))];
    }

    /// <summary>The parameters and buffers that are not as they were: their dotted names and the tensors themselves.</summary>
    public IReadOnlyList<(string Name, Tensor Live)> Changed => [.. _tensors.Where(entry => !entry.Live.Equals(entry.Kept)).Select(entry => (entry.Name, entry.Live))];

    /// <summary>Puts everything back.</summary>
    public void Restore()
    {
        using var noGradients = no_grad();
        foreach (var (_, live, kept) in _tensors)
            live.copy_(kept);
    }

    public void Dispose()
    {
        Restore();
        foreach (var (_, _, kept) in _tensors)
            kept.Dispose();
    }
}
