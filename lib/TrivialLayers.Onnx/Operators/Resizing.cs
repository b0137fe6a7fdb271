using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Resize of height and width: each pixel of the output has a place in the input by one of ONNX's rules, and takes the nearest pixel, or the neighbours in proportion.
/// </summary>
internal static class Resizing
{
    public static Prepared Resize(Call call)
    {
        var (mode, rule, nearest) = (call.Text("mode", "nearest"), call.Text("coordinate_transformation_mode", "half_pixel"), call.Text("nearest_mode", "round_prefer_floor"));
        if (mode is not "nearest" and not "linear" || rule is not "half_pixel" and not "pytorch_half_pixel" and not "align_corners" and not "asymmetric")
            throw call.Refused($"mode = {mode} with coordinate_transformation_mode = {rule} is not supported; expected nearest or linear with half_pixel, pytorch_half_pixel, align_corners or asymmetric");
        if (call.Integer("antialias", 0) != 0 || call.Text("keep_aspect_ratio_policy", "stretch") != "stretch")
            throw call.Refused("antialias and keep_aspect_ratio_policy are not supported");
        var named = call.Integers("axes");
        var known = call.Constant(2) is { } constant ? Factors(constant) : null;
        return new(inputs =>
        {
            using var scope = NewDisposeScope();
            var result = inputs[0]!.alias();
            foreach (var (axis, size, scale) in Axes(result, known ?? (inputs.ElementAtOrDefault(2) is { } scales ? Factors(scales) : []), inputs.ElementAtOrDefault(3), named))
                result = Along(result, axis, Places(result.shape[axis], size, scale, rule), mode == "linear" ? null : nearest);
            return [result.MoveToOuterDisposeScope()];
        });
    }

    /// <summary>The axes that change, with their new length and the scale of places; those that shrink come first, so that no map between is larger than the input and the output.</summary>
    private static IEnumerable<(int Axis, long Size, float Scale)> Axes(Tensor input, float[] factors, Tensor? sizes, long[]? named)
    {
        var axes = (named ?? [.. Enumerable.Range(0, (int)input.dim()).Select(axis => (long)axis)]).Select(axis => Shapes.Axis(axis, input.dim())).ToList();
        var shape = input.shape;
        var changes = sizes is { } given && given.numel() > 0
            ? axes.Zip(given.Longs(), (axis, size) => (axis, size: axis == 0 && size == 0 ? shape[0] : size)).Select(pair => (pair.axis, pair.size, (float)pair.size / shape[pair.axis])) // 0: the batch as it is
            : axes.Zip(factors, (axis, factor) => (axis, factor == 1 ? shape[axis] : (long)MathF.Floor(shape[axis] * factor), factor));
        return [.. changes.Where(change => change.Item2 != shape[change.axis] || change.Item3 != 1).OrderBy(change => (double)change.Item2 / shape[change.axis]).Select(change => change.axis > 1
            ? (change.axis, Checked(change.Item2), change.Item3)
            : throw new ArgumentException("only height and width can be resized"))];
    }

    private static float[] Factors(Tensor scales)
    {
        using var scope = NewDisposeScope();
        return scales.to(ScalarType.Float32).cpu().data<float>().ToArray();
    }

    private static long Checked(long size) => size is > 0 and < 1 << 20 ? size : throw new ArgumentException(FormattableString.Invariant($"{size} pixels is not a valid image size"));

    /// <summary>Where each pixel of the output lies in the input.</summary>
    private static float[] Places(long from, long to, float scale, string rule) => [.. Enumerable.Range(0, (int)to).Select(i => rule switch
    {
        "align_corners" => to == 1 ? 0 : i * (float)(from - 1) / (to - 1),
        "asymmetric" => i / scale,
        "pytorch_half_pixel" when to == 1 => 0,
        _ => ((i + 0.5f) / scale) - 0.5f,
    })];

    private static Tensor Along(Tensor input, int axis, float[] places, string? nearest)
    {
        var last = input.shape[axis] - 1;
        if (nearest is not null)
            return input.Select(axis, [.. places.Select(place => Math.Clamp(Rounded(place, nearest), 0, last))]);
        float[] inside = [.. places.Select(place => Math.Clamp(place, 0, last))];
        var low = input.Select(axis, [.. inside.Select(place => (long)place)]);
        if (input.IsShape())
            return low;
        var high = input.Select(axis, [.. inside.Select(place => Math.Min((long)place + 1, last))]);
        var share = tensor(inside.Select(place => place - MathF.Floor(place)).ToArray(), device: input.device).view([.. Enumerable.Repeat(1L, axis), places.Length, .. Enumerable.Repeat(1L, (int)input.dim() - 1 - axis)]);
        return low + ((high - low) * share);
    }

    private static long Rounded(float place, string rule) => (long)(rule switch
    {
        "floor" => MathF.Floor(place),
        "ceil" => MathF.Ceiling(place),
        "round_prefer_ceil" => MathF.Floor(place + 0.5f),
        _ => MathF.Ceiling(place - 0.5f),
    });
}
