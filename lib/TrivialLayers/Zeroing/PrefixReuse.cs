using TrivialLayers.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Zeroing;

/// <summary>
/// Computes a batch once and then again from the stage that holds a changed layer. A module without stages is one stage.
/// </summary>
internal sealed class PrefixReuse
{
    private readonly IReadOnlyList<Stage> _stages;
    private readonly Dictionary<string, int> _stageOf = [];
    private Tensor[] _inputs = [];

    private PrefixReuse(IReadOnlyList<Stage> stages, IReadOnlyList<ConvolutionLayer> layers)
    {
        _stages = stages;
        foreach (var layer in layers)
        {
            var stage = stages.Index().FirstOrDefault(candidate => candidate.Item.Holds(layer.Name), (-1, null!)).Index;
            if (stage < 0)
                throw new InvalidOperationException($"No stage of the network holds the layer '{layer.Name}'.");
            _stageOf[layer.Name] = stage;
        }
    }

    public static PrefixReuse For(Module<Tensor, Tensor> network, IReadOnlyList<ConvolutionLayer> layers) =>
        new(network is StagedNetwork staged ? staged.Stages : [new Stage("network", [.. layers.Select(layer => layer.Name)], network.call)], layers);

    /// <summary>Computes the logits of a batch <c>[N, C, H, W]</c> and keeps each stage's input until the next batch; they belong to the current dispose scope.</summary>
    public Tensor Begin(Tensor batch)
    {
        _inputs = new Tensor[_stages.Count];
        var features = batch;
        foreach (var (index, stage) in _stages.Index())
        {
            _inputs[index] = features;
            features = stage.Forward(features);
        }

        return features;
    }

    /// <summary>Computes the logits of the same batch again, from the stage that holds a layer whose weights have changed.</summary>
    public Tensor After(string changedLayer)
    {
        var first = _stageOf[changedLayer];
        var features = _inputs[first];
        foreach (var stage in _stages.Skip(first))
            features = stage.Forward(features);
        return features;
    }
}
