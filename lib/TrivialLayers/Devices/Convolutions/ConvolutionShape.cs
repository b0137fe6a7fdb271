using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>What a library chooses its code for a two-dimensional convolution by, without the size of the images.</summary>
/// <param name="Type">The type of its numbers: <c>Float32</c>, <c>BFloat16</c> or <c>Float16</c>.</param>
/// <param name="In">Input channels.</param>
/// <param name="Out">Output channels.</param>
/// <param name="Groups">Groups of channels that know nothing of each other.</param>
/// <param name="Kernel">Height and width of the kernel in pixels.</param>
/// <param name="Stride">Pixels from one place to the next.</param>
/// <param name="Padding">Pixels of zeros on each side.</param>
/// <param name="Dilation">Pixels from one number of the kernel to the next.</param>
internal sealed record ConvolutionShape(
    ScalarType Type,
    long In,
    long Out,
    long Groups,
    (long Height, long Width) Kernel,
    (long Height, long Width) Stride,
    (long Height, long Width) Padding,
    (long Height, long Width) Dilation)
{
    /// <summary>The convolutions of a network that oneDNN may compute, each shape once: those on the CPU, in single precision or less.</summary>
    /// <param name="network">The network.</param>
    /// <param name="precision">Where it is <see cref="Precision.BFloat16"/>, convolutions in single precision are computed in that.</param>
    public static IReadOnlyList<ConvolutionShape> Of(nn.Module network, Precision precision) =>
    [
        .. from convolution in network.modules().Prepend(network).OfType<TorchSharp.Modules.Convolution>()
           where convolution is Conv2d or ConvTranspose2d
           let kernel = convolution.weight!
           where kernel.device_type == DeviceType.CPU && kernel.dtype is ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16
           group convolution by Of(convolution, precision == Precision.BFloat16 && kernel.dtype == ScalarType.Float32 ? ScalarType.BFloat16 : kernel.dtype) into alike
           select alike.Key,
    ];

    /// <summary>Numbers in the kernel.</summary>
    public long Weights => Out * (In / Groups) * Kernel.Height * Kernel.Width;

    /// <summary>Whether it looks at one pixel at a time.</summary>
    public bool IsPointwise => Kernel == (1, 1);

    /// <summary>The text of <see cref="Parse"/>; part of the name under which a finding is kept.</summary>
    public string ToText() => string.Join(' ', new[]
    {
        In, Out, Groups, Kernel.Height, Kernel.Width, Stride.Height, Stride.Width, Padding.Height, Padding.Width, Dilation.Height, Dilation.Width,
    }.Select(number => number.ToString(CultureInfo.InvariantCulture)).Prepend(Type.ToString()));

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static ConvolutionShape Parse(string text)
    {
        var parts = text.Split(' ');
        if (parts.Length != 12 || !Enum.TryParse<ScalarType>(parts[0], out var type))
            throw new FormatException($"'{text}' is not the shape of a convolution: a type and eleven numbers.");
        var n = parts[1..].Select(part => long.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture)).ToArray();
        return new(type, n[0], n[1], n[2], (n[3], n[4]), (n[5], n[6]), (n[7], n[8]), (n[9], n[10]));
    }

    /// <summary>For people: <c>conv2d 16→32, 3×3, stride 2</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"conv2d {In}→{Out}, {Kernel.Height}×{Kernel.Width}")
        + (Stride == (1, 1) ? "" : string.Create(CultureInfo.InvariantCulture, $", stride {Stride.Height}"))
        + (Groups == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", {Groups} groups"))
        + (Dilation == (1, 1) ? "" : string.Create(CultureInfo.InvariantCulture, $", dilation {Dilation.Height}"))
        + (Type == ScalarType.Float32 ? "" : $", {Type}");

    /// <summary>A transposed convolution computes what is the gradient of the images in a convolution of its outputs to its inputs, so that one stands for it.</summary>
    private static ConvolutionShape Of(TorchSharp.Modules.Convolution convolution, ScalarType type)
    {
        var (kernel, dilation) = (Pair(convolution.kernel_size), Pair(convolution.dilation));
        var padding = convolution.padding_mode != PaddingModes.Zeros ? (0, 0)
            : convolution.padding is { } own ? Pair(own)
            : convolution.padding_type == TorchSharp.Padding.Same ? (dilation.Item1 * (kernel.Item1 - 1) / 2, dilation.Item2 * (kernel.Item2 - 1) / 2) : (0, 0);
        var (from, to) = convolution is ConvTranspose2d ? (convolution.out_channels, convolution.in_channels) : (convolution.in_channels, convolution.out_channels);
        return new(type, from, to, convolution.groups, kernel, Pair(convolution.stride), padding, dilation);
    }

    private static (long, long) Pair(long[] sizes) => (sizes[0], sizes[^1]);
}
