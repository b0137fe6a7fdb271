using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// What a residual unit is once a kernel of its branch is zero, without the convolutions that no longer do anything: <c>relu(constant + shortcut(x))</c>. The constant has a value for each channel, and others at
/// the border where a padded convolution of the branch saw the edge of the image.
/// </summary>
internal sealed class ConstantBranchUnit : Module<Tensor, Tensor>, IResidualUnit, IDescribed
{
    private readonly Parameter constant;
    private readonly Module<Tensor, Tensor>? downsample;

    /// <param name="constant">The branch, <c>[1, C, 1, 1]</c>, or <c>[1, C, 3, 3]</c>: first, inner and last rows and columns. Copied.</param>
    /// <param name="downsample">What the shortcut does, or null where it is the input.</param>
    /// <param name="changesChannels">Whether the unit's output has other channels than its input.</param>
    internal ConstantBranchUnit(Tensor constant, Module<Tensor, Tensor>? downsample, bool changesChannels) : base(nameof(ConstantBranchUnit))
    {
        this.constant = new Parameter(constant.detach().clone());
        this.constant.DetachFromDisposeScope(); // it lives as long as the module
        this.downsample = downsample;
        ChangesChannels = changesChannels;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public string Description => "constant_branch";

    /// <inheritdoc/>
    public bool ChangesChannels { get; }

    /// <inheritdoc/>
    public Tensor Branch(Tensor input)
    {
        using var scope = NewDisposeScope();
        var shape = Shortcut(input).shape;
        return Spread(constant, shape[2], shape[3]).expand(shape).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Shortcut(Tensor input) => downsample is null ? input.alias() : downsample.call(input);

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var shortcut = Shortcut(input);
        return functional.relu(shortcut + Spread(constant, shortcut.shape[2], shortcut.shape[3]), inplace: true).MoveToOuterDisposeScope();
    }

    /// <summary>The constant of a map <c>[1, C, H, W]</c> in its smallest form, or null where it has more than first, inner and last rows and columns.</summary>
    internal static Tensor? Shrink(Tensor map)
    {
        var (height, width) = (map.shape[2], map.shape[3]);
        var inner = map[.., .., (int)(height / 2)..((int)(height / 2) + 1), (int)(width / 2)..((int)(width / 2) + 1)];
        if (Same(inner.expand(map.shape), map))
            return inner;
        if (height < 3 || width < 3)
            return null;
        var borders = map.index_select(2, tensor(new[] { 0, height / 2, height - 1 }, device: map.device)).index_select(3, tensor(new[] { 0, width / 2, width - 1 }, device: map.device));
        return Same(Spread(borders, height, width), map) ? borders : null;
    }

    /// <summary>For each of some rows or columns which of the constant's three it takes: the first, the last, or the inner one.</summary>
    internal static long[] Places(long size) => [.. Enumerable.Range(0, (int)size).Select(place => place == 0 ? 0L : place == size - 1 ? 2L : 1L)];

    private static Tensor Spread(Tensor constant, long height, long width) => constant.shape[2] == 1
        ? constant
        : constant.index_select(2, tensor(Places(height), device: constant.device)).index_select(3, tensor(Places(width), device: constant.device));

    private static bool Same(Tensor found, Tensor expected) => (found - expected).abs().max().le(expected.abs().max() * 1e-5).item<bool>();
}
