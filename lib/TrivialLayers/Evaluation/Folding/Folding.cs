using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using BatchNorm2d = TorchSharp.Modules.BatchNorm2d;
using Conv2d = TorchSharp.Modules.Conv2d;
using MaxPool2d = TorchSharp.Modules.MaxPool2d;

namespace TrivialLayers;

/// <summary>
/// Finds by its modules what a segment can be folded to. It is a guess, since a forward pass may do anything; <see cref="FoldedNetwork"/> compares it with the segment before it is used.
/// </summary>
internal static class Folding
{
    /// <summary>The folded form that the segment's modules suggest, or null.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="modules">All modules of the network by their dotted names.</param>
    public static IFoldedSegment? Of(Segment segment, IReadOnlyDictionary<string, Module> modules)
    {
        if (segment.Modules.Any(name => !modules.ContainsKey(name)))
            return null;
        if (segment.Modules is not [var only] || !modules[only].named_children().Any())
            return Sequence([.. segment.Modules.Select(name => (name, modules[name]))]);
        return modules[only] is IResidualUnit ? Unit(only, modules[only]) : Sequence(Children(only, modules[only]));
    }

    /// <summary>Convolution and batch norm, one pair or more, each followed by what has no weights. Blocks whose ReLU is not a module of theirs have one after each batch norm.</summary>
    private static FoldedSequence? Sequence(List<(string Name, Module Module)> modules)
    {
        var isActivated = modules.Any(entry => entry.Module is not (Conv2d or BatchNorm2d or MaxPool2d));
        var steps = new List<(FoldedConvolution Convolution, Func<Tensor, Tensor> Then)>();
        for (var at = 0; at < modules.Count;)
        {
            if (at + 1 >= modules.Count || FoldedConvolution.Of(modules[at].Name, modules[at].Module, modules[at + 1].Module) is not { } folded)
                return Unfolded(steps.Select(step => step.Convolution));
            at += 2;
            var followers = modules.Skip(at).TakeWhile(entry => entry.Module is Module<Tensor, Tensor> && !entry.Module.parameters().Any()).Select(entry => (Module<Tensor, Tensor>)entry.Module).ToList();
            at += followers.Count;
            steps.Add((folded, maps => followers.Aggregate(isActivated ? maps : functional.relu(maps, inplace: true), (features, module) => module.call(features))));
        }

        return steps.Count > 0 ? new FoldedSequence(steps) : null;

        static FoldedSequence? Unfolded(IEnumerable<FoldedConvolution> convolutions)
        {
            foreach (var convolution in convolutions)
                convolution.Dispose();
            return null;
        }
    }

    /// <summary>A residual unit of convolutions with batch norm, whose shortcut is the input, a convolution with batch norm, or a module without weights.</summary>
    private static FoldedUnit? Unit(string name, Module unit)
    {
        var children = Children(name, unit);
        var shortcut = children.FirstOrDefault(child => child.Name == name + ".downsample").Module;
        var isIdentity = shortcut is null || (shortcut is Module<Tensor, Tensor> && !shortcut.parameters().Any());
        var projection = shortcut is not null && Children(name + ".downsample", shortcut) is [var convolution, var normalisation]
            ? FoldedConvolution.Of(convolution.Name, convolution.Module, normalisation.Module) : null;
        var branch = children.Where(child => child.Module is Conv2d or BatchNorm2d).Chunk(2)
            .Select(pair => pair.Length == 2 ? FoldedConvolution.Of(pair[0].Name, pair[0].Module, pair[1].Module) : null).ToList();
        if (branch.Count > 0 && branch.TrueForAll(folded => folded is not null) && (projection is not null || isIdentity))
            return new FoldedUnit([.. branch.OfType<FoldedConvolution>()], projection, shortcut is null || projection is not null ? null : ((Module<Tensor, Tensor>)shortcut).call);
        branch.ForEach(folded => folded?.Dispose());
        projection?.Dispose();
        return null;
    }

    private static List<(string Name, Module Module)> Children(string name, Module module) => [.. module.named_children().Select(child => ($"{name}.{child.name}", child.module))];
}
