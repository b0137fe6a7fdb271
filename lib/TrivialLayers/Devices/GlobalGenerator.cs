using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// A scope in which torch's global generator, from which dropout draws, may be seeded; afterwards the CPU's is again what it was, bit for bit. TorchSharp does not give out the state of a
/// GPU's: that one goes on from a number that it drew itself.
/// </summary>
internal sealed class GlobalGenerator : IDisposable
{
    private readonly Generator _generator = Generator.Default;
    private readonly Tensor _state;
    private readonly long? _onCard;

    /// <param name="device">The device that holds the network.</param>
    public GlobalGenerator(Device device)
    {
        using var scope = NewDisposeScope();
        _state = _generator.get_state().DetachFromDisposeScope();
        if (device.type == DeviceType.CUDA)
            _onCard = randint(long.MaxValue, 1, dtype: ScalarType.Int64, device: device).item<long>();
    }

    public void Dispose()
    {
        if (_onCard is { } seed)
            manual_seed(seed);
        _generator.set_state(_state);
        _state.Dispose();
        _generator.Dispose();
    }
}
