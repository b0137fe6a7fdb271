using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Worker;

/// <summary>Convolutions with a fault in those to 32 channels, by its name; all others are libtorch's.</summary>
internal static class FaultyConvolution
{
    private const int Channels = 32;

    /// <summary>The convolution with a fault.</summary>
    /// <param name="fault"><c>none</c>; <c>output</c>, <c>images</c>, <c>kernel</c>, <c>bias</c>: one number of it, or of its gradient, is wrong; <c>nan</c>; <c>default-layout</c>, <c>with-bias</c>: wrong only there; <c>error</c>;
    /// <c>crash</c>, <c>hang</c>, <c>exit</c> (an end that is no crash).</param>
    public static ConvolutionCheck.Convolution With(string fault) => (images, kernel, bias, shape) =>
    {
        var right = ConvolutionCheck.OfLibTorch(images, kernel, bias, shape);
        return shape.Out != Channels || right.dtype == ScalarType.Float64 ? right : Faulty();

        Tensor Faulty() => fault switch
        {
            "none" => right,
            "output" => Off(right),
            "images" => right + GradientOnly(images),
            "kernel" => right + GradientOnly(kernel),
            "bias" => bias is null ? right : right + GradientOnly(bias),
            "nan" => right * float.NaN,
            "default-layout" => images.is_contiguous() ? Off(right) : right,
            "with-bias" => bias is null ? right : Off(right),
            "error" => right.view(-1, 0),
            "crash" => Crash(),
            "hang" => Hang(),
            "exit" => Exit(),
            _ => throw new ArgumentException($"There is no fault '{fault}'.", nameof(fault)),
        };
    };

    /// <summary>With one number a hundredth of the largest too large.</summary>
    private static Tensor Off(Tensor values)
    {
        var one = zeros(values.shape);
        one.view(-1)[-1] = values.detach().abs().max() * 0.01;
        return values + one;
    }

    /// <summary>Zero, with a gradient that is not.</summary>
    private static Tensor GradientOnly(Tensor values)
    {
        var one = values.flatten()[0] * 1000;
        return one - one.detach();
    }

    private static Tensor Crash()
    {
        Environment.FailFast("a crash on purpose");
        return null!;
    }

    private static Tensor Hang()
    {
        Thread.Sleep(Timeout.Infinite);
        return null!;
    }

    private static Tensor Exit()
    {
        Environment.Exit(3);
        return null!;
    }
}
