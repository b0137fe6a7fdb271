using System.Reflection;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Module = TorchSharp.torch.nn.Module;

namespace TrivialLayers;

/// <summary>Changes one layer of a network in place.</summary>
public static class NetworkReplacement
{
    /// <summary>
    /// Puts another module in the place of the one with that name, after checking on a black image that its output has the shape of the old one's.
    /// The old module is disposed, but for children that the new one has too; a failed check leaves the network as it was.
    /// </summary>
    /// <param name="network">The network to change.</param>
    /// <param name="name">A module's dotted name, for example <c>layer2.1.conv1</c>.</param>
    /// <param name="module">The new module, <c>[N, C, H, W] → [N, C', H', W']</c> with the shapes of the old one. It is moved to the network's device.</param>
    /// <param name="height">Height of the image to check with, in pixels.</param>
    /// <param name="width">Width of the image to check with, in pixels.</param>
    /// <returns>The network, for chaining.</returns>
    /// <exception cref="ArgumentException">There is no module of that name, or the new one's shapes do not fit.</exception>
    public static TNetwork Replace<TNetwork>(this TNetwork network, string name, Module<Tensor, Tensor> module, int height = 32, int width = 32)
        where TNetwork : SegmentedNetwork
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(module);
        var (parent, old) = Find(network, name);
        module.to(NetworkProbe.DeviceOf(network));
        CheckShapes(network, name, old, module, height, width);
        Put(parent, name[(name.LastIndexOf('.') + 1)..], old, module);
        module.train(old.training);
        Dispose(old, module);
        return network;
    }

    private static (Module Parent, Module<Tensor, Tensor> Old) Find(Module network, string name)
    {
        var modules = network.named_modules().ToDictionary(found => found.name, found => found.module);
        if (!modules.TryGetValue(name, out var old) || old is not Module<Tensor, Tensor> replaceable)
        {
            throw new ArgumentException(
                $"The network has no module named '{name}'. Nearest names: {string.Join(", ", NearestNames.To(name, modules.Keys))}.", nameof(name));
        }

        var dot = name.LastIndexOf('.');
        return (dot < 0 ? network : modules[name[..dot]], replaceable);
    }

    private static void CheckShapes(
        SegmentedNetwork network, string name, Module<Tensor, Tensor> old, Module<Tensor, Tensor> replacement, int height, int width)
    {
        long[]? input = null, expected = null;
        using (var watch = new HookScope())
        {
            watch.Add(old, (seen, output) => (input, expected) = (seen.shape, output.shape));
            NetworkProbe.ForwardZeros(network, network.Channels, height, width);
        }

        if (input is null || expected is null)
            throw new ArgumentException($"The forward pass never calls '{name}', so replacing it would change nothing.", nameof(name));

        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(replacement);
        long[] found;
        try
        {
            found = replacement.call(zeros(input, device: NetworkProbe.DeviceOf(network))).shape;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new ArgumentException(
                $"The module for '{name}' does not accept the input {Text(input)} that arrives there: {error.Message.Split('\n')[0]}", nameof(replacement), error);
        }

        if (!found.SequenceEqual(expected))
        {
            throw new ArgumentException(
                $"The module for '{name}' turns {Text(input)} into {Text(found)}; expected {Text(expected)}. Choose its channels, stride and padding to fit.", nameof(replacement));
        }
    }

    /// <summary>Sets the parent's field and its registry, so that both the forward pass and the list of parameters see the new module, in the old place.</summary>
    private static void Put(Module parent, string child, Module old, Module replacement)
    {
        for (var type = parent.GetType(); type is not null && type != typeof(Module); type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (ReferenceEquals(field.GetValue(parent), old))
                    field.SetValue(parent, replacement);
            }
        }

        var children = parent.named_children().ToList();
        foreach (var (name, _) in children)
            parent.register_module(name, null!);
        foreach (var (name, module) in children)
            parent.register_module(name, name == child ? replacement : module);
    }

    /// <summary>Disposes a module but for the children that the new one has taken over.</summary>
    private static void Dispose(Module old, Module replacement)
    {
        var kept = replacement.modules().ToHashSet();
        foreach (var (name, _) in old.named_children().Where(child => kept.Contains(child.module)).ToList())
            old.register_module(name, null!);
        old.Dispose();
    }

    private static string Text(long[] shape) => $"[{string.Join(", ", shape)}]";
}
