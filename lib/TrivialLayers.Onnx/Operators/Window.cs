using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>The window that a convolution or pooling moves over an image: its size, steps and the padding around the image, in pixels, height first.</summary>
internal sealed class Window
{
    private readonly string _automatic;
    private readonly long[] _pads;

    private Window(long[] kernel, long[] strides, long[] dilations, long[] pads, string automatic, bool ceiling) =>
        (Kernel, Strides, Dilations, _pads, _automatic, IsCeiling) = (kernel, strides, dilations, pads, automatic, ceiling);

    public long[] Kernel { get; }

    public long[] Strides { get; }

    public long[] Dilations { get; }

    /// <summary>Whether a last window that lies only partly in the image counts.</summary>
    public bool IsCeiling { get; }

    /// <summary>Padding above and left.</summary>
    public long[] Before => _pads[..2];

    /// <summary>The padding where it is the same on opposite sides, else null.</summary>
    public long[]? Symmetric => IsExplicit && _pads[0] == _pads[2] && _pads[1] == _pads[3] ? Before : null;

    private bool IsExplicit => _automatic == "NOTSET";

    public static Window Of(Call call, long[] kernel)
    {
        var automatic = call.Text("auto_pad", "NOTSET");
        var window = new Window(
            call.Integers("kernel_shape") ?? kernel, call.Integers("strides") ?? [1, 1], call.Integers("dilations") ?? [1, 1], call.Integers("pads") ?? [0, 0, 0, 0],
            automatic is "VALID" or "" ? "NOTSET" : automatic, call.Integer("ceil_mode", 0) != 0);
        if (kernel.Length > 0 && !window.Kernel.SequenceEqual(kernel))
            throw new ArgumentException($"kernel_shape = [{string.Join(", ", window.Kernel)}], but its kernel has [{string.Join(", ", kernel)}] pixels");
        if (window.Kernel.Length != 2 || window.Strides.Length != 2 || window.Dilations.Length != 2 || window._pads.Length != 4)
            throw call.Refused("only two-dimensional windows are supported");
        if (window.Kernel.Concat(window.Strides).Concat(window.Dilations).Any(value => value is < 1 or > int.MaxValue) || window._pads.Any(pad => pad is < 0 or > int.MaxValue))
            throw call.Refused("its window has sizes or steps that are not positive");
        return window._automatic is "NOTSET" or "SAME_UPPER" or "SAME_LOWER" ? window : throw call.Refused($"auto_pad = {automatic} is not supported; expected NOTSET, VALID, SAME_UPPER or SAME_LOWER");
    }

    /// <summary>Padding below (axis 0) or right (axis 1).</summary>
    public long After(int axis) => _pads[axis + 2];

    /// <summary>What a transposed convolution makes of a length with SAME padding: as many pixels for each as it steps; null with explicit padding.</summary>
    public long? Same(int axis, long length) => IsExplicit ? null : length * Strides[axis];

    /// <summary>The part that a transposed convolution keeps of its whole output: what its padding leaves, or as much as is asked for, as the ONNX specification divides the rest.</summary>
    /// <param name="axis">Height (0) or width (1).</param>
    /// <param name="whole">The length of the output without any padding.</param>
    /// <param name="asked">The length that is asked for, or null.</param>
    public (long Start, long Length) Kept(int axis, long whole, long? asked)
    {
        var length = asked ?? (whole - Before[axis] - After(axis));
        if (length < 1)
            throw new ArgumentException(FormattableString.Invariant($"its output would have {length} pixels along an axis"));
        if (asked is null)
            return (Before[axis], length);
        var cut = whole - length;
        return cut < 0
            ? throw new ArgumentException(FormattableString.Invariant($"an output of {length} pixels is asked for, but its kernel reaches only {whole}"))
            : (_automatic == "SAME_UPPER" ? cut / 2 : cut - (cut / 2), length);
    }

    /// <summary>What padding makes of images <c>[N, C, H, W]</c>.</summary>
    public Workspace Padded(long[] shape) => Workspace.Padded(shape, Pads(shape[2..]));

    /// <summary>Height and width of a convolution's output.</summary>
    public long[] After(long[] size)
    {
        var pads = Pads(size);
        return [.. Enumerable.Range(0, 2).Select(axis => Along(axis, size[axis] + pads[axis] + pads[axis + 2]))];
    }

    /// <summary>The image with its padding, <c>[N, C, H, W]</c>.</summary>
    public Tensor Pad(Tensor input, double value)
    {
        var pads = Pads(input.shape[2..]);
        return functional.pad(input, [pads[1], pads[3], pads[0], pads[2]], value: value);
    }

    /// <summary>Pooled maps without what began in the padding below or right of the image: with its size rounded up, ONNX has no such window.</summary>
    /// <param name="pooled">What came of the image with its padding.</param>
    /// <param name="size">Height and width of the image.</param>
    public Tensor Begun(Tensor pooled, long[] size)
    {
        var pads = Pads(size);
        long Most(int axis) => Math.Min(pooled.shape[axis + 2], ((size[axis] + pads[axis] - 1) / Strides[axis]) + 1);
        return IsCeiling ? pooled.narrow(2, 0, Most(0)).narrow(3, 0, Most(1)) : pooled;
    }

    private long Along(int axis, long length)
    {
        var span = length - (Dilations[axis] * (Kernel[axis] - 1)) - 1;
        if (span < 0)
            throw new ArgumentException("its window is larger than its input");
        return (span / Strides[axis]) + 1;
    }

    /// <summary>Above, left, below, right.</summary>
    private long[] Pads(long[] size)
    {
        if (IsExplicit)
            return _pads;
        var pads = new long[4];
        for (var axis = 0; axis < 2; axis++)
        {
            var outputs = (size[axis] + Strides[axis] - 1) / Strides[axis];
            var total = Math.Max(0, ((outputs - 1) * Strides[axis]) + (Dilations[axis] * (Kernel[axis] - 1)) + 1 - size[axis]);
            pads[axis] = _automatic == "SAME_UPPER" ? total / 2 : total - (total / 2);
            pads[axis + 2] = total - pads[axis];
        }

        return pads;
    }
}
