using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>An optimiser at work on a network.</summary>
internal interface IStepper : IDisposable
{
    /// <summary>What it remembers, by name, to be kept and given back; valid until the next step.</summary>
    IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>Backpropagates a loss and moves each parameter.</summary>
    void Step(Tensor loss, double learningRate);
}
