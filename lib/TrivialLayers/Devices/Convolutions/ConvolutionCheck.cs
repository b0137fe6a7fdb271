using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// Whether convolutions of a shape are computed rightly in this process: outputs and the gradients of images, kernel and bias against double precision, in both memory layouts, with and without bias.
/// For a process of its own: what is found wrong may have written to memory that is not its own.
/// </summary>
internal static class ConvolutionCheck
{
    /// <summary>Raised when more, or other things, are tried: what an earlier check found right may not be.</summary>
    public const int Version = 1;

    /// <summary>Every line for the process that asks begins so; libraries may print others.</summary>
    public const string Mark = "convolutions: ";

    /// <summary>Said once, when libtorch works and the first shape is about to be tried.</summary>
    public const string Ready = "ready";

    /// <summary>Said of a shape without fault. Anything else is the fault.</summary>
    public const string Right = "right";

    /// <summary>The sides of the images, in pixels: that of CIFAR's and what networks make of ImageNet's.</summary>
    private static readonly long[] s_sides = [32, 14, 7];

    /// <summary>Multiply-accumulates of a pass over the images, and the numbers of these; those of the smallest side may have more.</summary>
    private const long Work = 1 << 25, Numbers = 1 << 17;

    /// <summary>Numbers on either side of images and kernels that are not theirs.</summary>
    private const int Fence = 64;

    /// <summary>How a convolution of a shape is computed.</summary>
    /// <param name="images"><c>[N, in, H, W]</c>.</param>
    /// <param name="kernel"><c>[out, in / groups, h, w]</c>.</param>
    /// <param name="bias"><c>[out]</c>, or null.</param>
    /// <param name="shape">The rest.</param>
    public delegate Tensor Convolution(Tensor images, Tensor kernel, Tensor? bias, ConvolutionShape shape);

    /// <summary>As libtorch computes it.</summary>
    public static Tensor OfLibTorch(Tensor images, Tensor kernel, Tensor? bias, ConvolutionShape shape) => nn.functional.conv2d(
        images, kernel, bias, [shape.Stride.Height, shape.Stride.Width], [shape.Padding.Height, shape.Padding.Width], [shape.Dilation.Height, shape.Dilation.Width], shape.Groups);

    /// <summary>The program of the process: see <see cref="Answer"/>.</summary>
    public static void Main(string[] arguments)
    {
        try
        {
            Answer(arguments, OfLibTorch, Console.Out);
        }
        catch (Exception error) // no fault of a convolution: the asker gets no answer, and asks again another day
        {
            Console.Error.WriteLine(error.Message);
            Environment.Exit(1);
        }
    }

    /// <summary>Tries shapes one after the other, and writes a line for each; the first that is wrong is the last.</summary>
    /// <param name="arguments">The number of threads, then the shapes, as <see cref="ConvolutionShape.ToText"/> writes them.</param>
    /// <param name="convolution">What is tried.</param>
    /// <param name="output">Where the lines go.</param>
    public static void Answer(IReadOnlyList<string> arguments, Convolution convolution, TextWriter output)
    {
        NativeMemory.Keep(); // so that what is read without having been written is what Spoil left there
        Threads.Use(int.Parse(arguments[0], CultureInfo.InvariantCulture));
        using var nnpack = TorchSetting.Scope([.. new[] { TorchSetting.UserEnabled("NNPACK") }.OfType<TorchSetting>()]);
        Say(Ready);
        foreach (var shape in arguments.Skip(1).Select(ConvolutionShape.Parse))
        {
            var fault = Fault(shape, convolution);
            Say(fault ?? Right);
            if (fault is not null)
                return;
        }

        void Say(string what)
        {
            output.WriteLine(Mark + what);
            output.Flush();
        }
    }

    /// <summary>What is wrong with convolutions of a shape, in words, or null.</summary>
    private static string? Fault(ConvolutionShape shape, Convolution convolution)
    {
        var sides = s_sides.Select(side => Math.Max(side, LeastSide(shape))).Distinct().ToList();
        try
        {
            return sides.Where(side => side == sides.Min() || IsQuick(shape, Images(shape) * side * side)).Select(side => Fault(shape, side, convolution)).FirstOrDefault(fault => fault is not null);
        }
        catch (ExternalException error) when (!error.Message.Contains("memory", StringComparison.OrdinalIgnoreCase)) // what this machine has no room for today is no fault
        {
            return $"an error, {error.Message.Split('\n')[0]}"; // what libtorch says of it otherwise, the user sees
        }
    }

    private static string? Fault(ConvolutionShape shape, long side, Convolution convolution)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        Tensor Draw(params long[] sizes) => randn(sizes, generator: generator).to(shape.Type);
        var images = Draw(Images(shape), shape.In, side, side);
        var kernel = Draw(shape.Out, shape.In / shape.Groups, shape.Kernel.Height, shape.Kernel.Width);
        var bias = Draw(shape.Out);
        Tensor? slope = null;
        var exact = Passes(images.to(ScalarType.Float64), kernel.to(ScalarType.Float64), null, output => (slope = Draw(output.shape)).to(ScalarType.Float64), OfLibTorch, shape);
        var shift = bias.to(ScalarType.Float64).view(1, -1, 1, 1);
        foreach (var (isChannelsLast, hasBias) in new[] { (true, false), (true, true), (false, false), (false, true) })
        {
            Spoil(images);
            var fences = new List<Tensor>();
            var found = Passes(
                Fenced(images, fences, isChannelsLast), Fenced(kernel, fences), hasBias ? Fenced(bias, fences) : null, _ => isChannelsLast ? slope!.ToChannelsLast() : slope!, convolution, shape);
            if (fences.Any(fence => !fence.isnan().all().item<bool>()))
                return "writes outside the tensors";
            foreach (var (what, value) in found)
            {
                var expected = what == OfBias ? slope!.to(ScalarType.Float64).sum([0, 2, 3]) : what == Output && hasBias ? exact[Output] + shift : exact[what];
                var error = ErrorOf(value, expected);
                if (!double.IsFinite(error))
                    return $"numbers in the {what} that are not finite";
                if (error > Tolerance(shape.Type))
                    return string.Create(CultureInfo.InvariantCulture, $"a relative error of {error:G2} in the {what}");
            }
        }

        return null;
    }

    private const string Output = "output", OfBias = "gradient of the bias";

    /// <summary>The output and the gradients of a convolution, by name, when the gradient of the output is what <paramref name="slope"/> says of it.</summary>
    private static Dictionary<string, Tensor> Passes(Tensor images, Tensor kernel, Tensor? bias, Func<Tensor, Tensor> slope, Convolution convolution, ConvolutionShape shape)
    {
        var (x, w, b) = (images.detach().requires_grad_(), kernel.detach().requires_grad_(), bias?.detach().requires_grad_());
        var output = convolution(x, w, b, shape);
        output.backward([slope(output)]);
        var found = new Dictionary<string, Tensor> { [Output] = output.detach(), ["gradient of the images"] = x.grad!, ["gradient of the kernel"] = w.grad! };
        if (b is not null)
            found[OfBias] = b.grad!;
        return found;
    }

    private static bool IsQuick(ConvolutionShape shape, long pixels) =>
        pixels * shape.Weights / (shape.Stride.Height * shape.Stride.Width) <= Work && pixels * Math.Max(shape.In, shape.Out) <= Numbers;

    /// <summary>Images of a batch. With one thread libtorch computes 1×1 convolutions of fewer than 16 images without oneDNN.</summary>
    private static long Images(ConvolutionShape shape) => shape.IsPointwise ? 16 : 4;

    /// <summary>The smallest side of an image that the kernel fits on.</summary>
    private static long LeastSide(ConvolutionShape shape) => Math.Max(
        (shape.Dilation.Height * (shape.Kernel.Height - 1)) + 1 - (2 * shape.Padding.Height),
        (shape.Dilation.Width * (shape.Kernel.Width - 1)) + 1 - (2 * shape.Padding.Width));

    /// <summary>The largest error, as a part of the largest number; a right convolution in single precision has 1e-6.</summary>
    private static double ErrorOf(Tensor found, Tensor exact) => ((found.to(ScalarType.Float64) - exact).abs().max() / exact.abs().max()).item<double>();

    private static double Tolerance(ScalarType type) => type == ScalarType.Float32 ? 1e-4 : 2e-2;

    /// <summary>Fills memory that the next tensors may get, so that reading what nobody wrote shows.</summary>
    private static void Spoil(Tensor images)
    {
        using var first = full_like(images, float.NaN);
        using var second = full([images.numel() * 4], float.NaN, images.dtype);
    }

    /// <summary>A copy between numbers that are none, so that reading on either side of it shows, and writing does in the fences.</summary>
    private static Tensor Fenced(Tensor values, List<Tensor> fences, bool isChannelsLast = false)
    {
        var laid = isChannelsLast ? values.permute(0, 2, 3, 1) : values;
        var block = full([values.numel() + (2 * Fence)], float.NaN, values.dtype);
        fences.AddRange([block.narrow(0, 0, Fence), block.narrow(0, Fence + values.numel(), Fence)]);
        var copy = block.narrow(0, Fence, values.numel()).view(laid.shape).copy_(laid);
        return isChannelsLast ? copy.permute(0, 3, 1, 2) : copy;
    }
}
