using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Batch norms count the batches they saw. While this lives they do so on the CPU, since on a GPU each of them would start a kernel a step for it; afterwards their own counters have the sum. Those that average over all batches, and so read
/// their counter, are left as they are.
/// </summary>
internal sealed class BatchCounters : IDisposable
{
    private readonly List<(NormBase Norm, Tensor Counter)> _counters;

    public BatchCounters(Module network)
    {
        using var scope = NewDisposeScope();
        _counters = [.. network.modules().OfType<NormBase>().Distinct().Where(norm => norm.num_batches_tracked is not null && norm.momentum is not null)
            .Select(norm => (norm, norm.num_batches_tracked!.alias().DetachFromDisposeScope()))]; // setting another one disposes the module's
        foreach (var (norm, counter) in _counters)
            norm.num_batches_tracked = zeros_like(counter, device: CPU).DetachFromDisposeScope();
    }

    public void Dispose()
    {
        using var noGradients = no_grad();
        foreach (var (norm, counter) in _counters)
        {
            counter.add_(norm.num_batches_tracked!.item<long>()).DetachFromDisposeScope();
            norm.num_batches_tracked = counter;
        }
    }
}
