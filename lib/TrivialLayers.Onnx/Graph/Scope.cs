using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Holds modules and parameters under one part of their dotted names, <c>layer1</c> of <c>layer1.0.conv1</c>.</summary>
internal sealed class Scope(string name) : Module(name)
{
    /// <summary>Puts a module under a dotted name, making the scopes on the way.</summary>
    public static void Place(Module root, string name, Module module) => Holder(root, name, out var last).register_module(last, module);

    /// <summary>Puts a tensor under a dotted name: a parameter if it is trained.</summary>
    public static void Place(Module root, string name, Tensor tensor, bool isTrained)
    {
        var holder = Holder(root, name, out var last);
        if (!isTrained)
        {
            holder.register_buffer(last, tensor);
            return;
        }

        var parameter = new TorchSharp.Modules.Parameter(tensor);
        parameter.DetachFromDisposeScope();
        holder.register_parameter(last, parameter);
    }

    /// <summary>Lets a tensor go.</summary>
    public void Drop(string tensor)
    {
        if (get_parameter(tensor) is not null)
            _internal_params.Remove(tensor);
        else
            _internal_buffers.Remove(tensor);
    }

    /// <summary>What holds the last part of a dotted name.</summary>
    public static Module Holder(Module root, string name, out string last)
    {
        var parts = name.Split('.');
        last = parts[^1];
        var holder = root;
        foreach (var part in parts[..^1])
        {
            var next = holder.named_children().FirstOrDefault(child => child.name == part).module;
            if (next is null)
                holder.register_module(part, next = new Scope(part));
            holder = next;
        }

        return holder;
    }
}
