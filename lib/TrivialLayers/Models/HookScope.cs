using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Forward hooks that end with the scope.</summary>
internal sealed class HookScope : IDisposable
{
    private readonly List<Action> _removals = [];

    public void Add(Module<Tensor, Tensor> module, Action<Tensor, Tensor> observe)
    {
        var hook = module.register_forward_hook((_, input, output) =>
        {
            observe(input, output);
            return output;
        });
        _removals.Add(hook.remove);
    }

    /// <summary>Told of each input before the module sees it.</summary>
    public void AddBefore(Module<Tensor, Tensor> module, Action<Tensor> observe)
    {
        var hook = module.register_forward_pre_hook((_, input) =>
        {
            observe(input);
            return input;
        });
        _removals.Add(hook.remove);
    }

    public void Dispose()
    {
        foreach (var remove in _removals)
            remove();
        _removals.Clear();
    }
}
