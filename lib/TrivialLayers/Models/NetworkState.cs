using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>All parameters and buffers of a network as they were; on dispose they are that again, bit for bit.</summary>
internal sealed class NetworkState : IDisposable
{
    private readonly List<(Tensor Live, Tensor Kept)> _tensors;

    public NetworkState(Module network)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        _tensors = [.. network.state_dict().Values.Select(live => (live, live.detach().clone().DetachFromDisposeScope()))];
    }

    /// <summary>Puts everything back.</summary>
    public void Restore()
    {
        using var noGradients = no_grad();
        foreach (var (live, kept) in _tensors)
            live.copy_(kept);
    }

    public void Dispose()
    {
        Restore();
        foreach (var (_, kept) in _tensors)
            kept.Dispose();
    }
}
