using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Modules one after another, named <c>0</c>, <c>1</c>, … as torchvision's containers name them. Unlike TorchSharp's own <c>Sequential</c> it keeps its modules only
/// in the registry, so that one of them can be replaced.
/// </summary>
internal sealed class Chain : Module<Tensor, Tensor>
{
    public Chain(params IEnumerable<Module<Tensor, Tensor>> modules) : base(nameof(Chain))
    {
        foreach (var (index, module) in modules.Index())
            register_module(index.ToString(CultureInfo.InvariantCulture), module);
    }

    public IReadOnlyList<Module<Tensor, Tensor>> Modules => [.. named_children().Select(child => (Module<Tensor, Tensor>)child.module)];

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = input;
        foreach (var module in Modules)
            output = module.call(output);
        return ReferenceEquals(output, input) ? input.alias().MoveToOuterDisposeScope() : output.MoveToOuterDisposeScope();
    }
}
