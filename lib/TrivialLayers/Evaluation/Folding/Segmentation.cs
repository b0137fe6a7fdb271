using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>The pieces between which the features of any network can be kept.</summary>
internal static class Segmentation
{
    /// <summary>A <see cref="SegmentedNetwork"/>'s own segments; of a <c>Sequential</c> one from each module with weights in it that is not a batch norm up to the next; of any other module the whole.</summary>
    public static IReadOnlyList<Segment> Of(Module<Tensor, Tensor> network) => network switch
    {
        SegmentedNetwork segmented => segmented.Segments,
        Sequential sequential => OfSequential(sequential),
        _ => [Whole(network)],
    };

    /// <summary>The whole network as one segment.</summary>
    public static Segment Whole(Module<Tensor, Tensor> network) => new("network", [.. network.named_children().Select(child => child.name), .. network.state_dict().Keys], network.call);

    private static List<Segment> OfSequential(Sequential network)
    {
        var segments = new List<Segment>();
        var current = new List<(string Name, Module<Tensor, Tensor> Module)>();
        foreach (var (name, module) in network.named_children())
        {
            if (module is not Module<Tensor, Tensor> step)
                return [Whole(network)];
            if (current.Count > 0 && module is not BatchNorm && module.parameters().Any())
                Close();
            current.Add((name, step));
        }

        if (current.Count > 0)
            Close();
        return segments;

        void Close()
        {
            List<(string Name, Module<Tensor, Tensor> Module)> own = [.. current];
            segments.Add(new Segment(own[0].Name, own.ConvertAll(entry => entry.Name), input => Through(own, input)));
            current.Clear();
        }
    }

    private static Tensor Through(List<(string Name, Module<Tensor, Tensor> Module)> modules, Tensor input)
    {
        using var scope = NewDisposeScope();
        return modules.Aggregate(input, (features, entry) => entry.Module.call(features)).MoveToOuterDisposeScope();
    }
}
