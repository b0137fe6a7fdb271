using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Pooling of images <c>[N, C, H, W]</c>.</summary>
internal static class Pooling
{
    public static Prepared Max(Call call)
    {
        var window = Window.Of(call, []);
        if (call.Integer("storage_order", 0) != 0)
            throw call.Refused("only storage_order = 0 is supported");
        var (places, own) = (call.Outputs > 1, Padding(window));
        if (places && own is null)
            throw call.Refused("indices of maxima are supported only with explicit padding that is the same on opposite sides and at most half the window");
        return new(inputs =>
        {
            using var scope = NewDisposeScope();
            var input = inputs[0]!;
            var padded = own is null ? window.Pad(input, double.NegativeInfinity) : input;
            if (!places)
                return [window.Begun(functional.max_pool2d(padded, window.Kernel, window.Strides, own ?? [0, 0], window.Dilations, window.IsCeiling), input.shape[2..]).MoveToOuterDisposeScope()];
            var (values, indices) = functional.max_pool2d_with_indices(padded, window.Kernel, window.Strides, own!, window.Dilations, window.IsCeiling);
            return [values.MoveToOuterDisposeScope(), (input.IsShape() ? indices : indices + Planes(input.shape, input.device)).MoveToOuterDisposeScope()];
        }, Workspace: inputs => window.Padded(inputs[0]!.shape));
    }

    /// <summary>MaxUnpool: each value where max pooling took it from, zeros elsewhere.</summary>
    public static Prepared Unpool(Call call)
    {
        var window = Window.Of(call, []);
        return new(inputs =>
        {
            using var scope = NewDisposeScope();
            var (input, indices) = (inputs[0]!, inputs[1]!);
            long[] size = inputs.Length > 2 && inputs[2] is { } asked ? asked.Longs()[2..]
                : [.. Enumerable.Range(0, 2).Select(axis => ((input.shape[axis + 2] - 1) * window.Strides[axis]) + window.Kernel[axis] - window.Before[axis] - window.After(axis))];
            long[] shape = [.. input.shape[..2], .. size];
            if (input.IsShape())
                return [Shapes.Empty(shape).MoveToOuterDisposeScope()];
            var within = indices - Planes([.. input.shape[..2], .. size], input.device);
            return [zeros([.. shape[..2], size[0] * size[1]], device: input.device).scatter(2, within.flatten(2), input.flatten(2)).view(shape).MoveToOuterDisposeScope()];
        });
    }

    public static Prepared Average(Call call)
    {
        if (call.Integers("kernel_shape") is { Length: 3 } volume)
            return OfVolumes(call, volume);
        var window = Window.Of(call, []);
        if (window.Dilations.Any(dilation => dilation != 1))
            throw call.Refused("average pooling with dilation is not supported");
        var counts = call.Integer("count_include_pad", 0) != 0;
        return new(inputs =>
        {
            using var scope = NewDisposeScope();
            var input = inputs[0]!;
            if (Padding(window) is { } own)
                return [functional.avg_pool2d(input, window.Kernel, window.Strides, own, window.IsCeiling, counts).MoveToOuterDisposeScope()];
            Tensor Pool(Tensor maps) => window.Begun(functional.avg_pool2d(window.Pad(maps, 0), window.Kernel, window.Strides, [0, 0], window.IsCeiling), maps.shape[2..]);
            return [(counts ? Pool(input) : Pool(input) / Pool(ones([1, 1, .. input.shape[2..]], device: input.device))).MoveToOuterDisposeScope()];
        }, Workspace: inputs => window.Padded(inputs[0]!.shape));
    }

    /// <summary>Average pooling of <c>[N, C, D, H, W]</c>, as exporters write normalisation over neighbouring channels.</summary>
    private static Prepared OfVolumes(Call call, long[] kernel)
    {
        var (strides, pads) = (call.Integers("strides") ?? [1, 1, 1], call.Integers("pads") ?? [0, 0, 0, 0, 0, 0]);
        var isPlain = call.Text("auto_pad", "NOTSET") is "NOTSET" or "VALID" && call.Integer("ceil_mode", 0) == 0 && (call.Integers("dilations") ?? []).All(dilation => dilation == 1);
        if (!isPlain || pads.Length != 6 || !pads.AsSpan(0, 3).SequenceEqual(pads.AsSpan(3)))
            throw call.Refused("average pooling over three axes is supported only without dilation and ceil_mode, and with the same padding on opposite sides");
        var counts = call.Integer("count_include_pad", 0) != 0;
        return new(inputs => [functional.avg_pool3d(inputs[0]!, kernel, strides, pads[..3], false, counts)], Workspace: inputs => Workspace.Padded(inputs[0]!.shape, pads));
    }

    public static Prepared GlobalAverage(Call call) => new(inputs => [inputs[0]!.mean([.. Spatial(inputs[0]!)], keepdim: true)]);

    public static Prepared GlobalMax(Call call) => new(inputs => [inputs[0]!.amax([.. Spatial(inputs[0]!)], keepdim: true)]);

    private static IEnumerable<long> Spatial(Tensor input) => Enumerable.Range(2, Math.Max(0, (int)input.dim() - 2)).Select(axis => (long)axis);

    /// <summary>Padding that torch's pooling takes: the same on opposite sides and at most half the window.</summary>
    private static long[]? Padding(Window window) => window.Symmetric is { } own && own[0] <= window.Kernel[0] / 2 && own[1] <= window.Kernel[1] / 2 ? own : null;

    /// <summary>Where the map of each image and channel begins, <c>[N, C, 1, 1]</c>: ONNX counts places through the whole tensor, torch within a map.</summary>
    private static Tensor Planes(long[] shape, Device device) => arange(shape[0] * shape[1], ScalarType.Int64, device).view(shape[0], shape[1], 1, 1) * (shape[2] * shape[3]);
}
