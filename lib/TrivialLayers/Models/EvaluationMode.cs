using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// A scope in which a network is in evaluation mode and no gradients are recorded; on dispose each module is again in the mode it was in.
/// </summary>
public sealed class EvaluationMode : IDisposable
{
    private readonly Module _network;
    private readonly List<Module> _training;
    private readonly IDisposable _noGradients;
    private readonly IDisposable _backend;

    /// <summary>Puts the network into evaluation mode.</summary>
    public EvaluationMode(Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        _training = [.. network.modules().Prepend(network).Where(module => module.training)];
        _backend = ConvolutionBackend.For(network);
        _noGradients = inference_mode();
        network.eval();
    }

    /// <summary>Puts each module back into the mode it was in.</summary>
    public void Dispose()
    {
        _noGradients.Dispose();
        _backend.Dispose();
        if (_training.Contains(_network))
            _network.train();
        // train() reaches all children; those that were in evaluation mode go back to it.
        foreach (var module in _network.modules().Where(module => module.training && !_training.Contains(module)))
            module.eval();
        foreach (var module in _training.Intersect(_network.modules()).Where(module => !module.training)) // others were taken out meanwhile
            module.train();
    }
}
