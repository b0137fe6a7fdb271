using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace TrivialLayers.Tests;

/// <summary>An ONNX file computed by ONNX Runtime, which shares no code with the library. As it is, without its optimisations, on one thread: libtorch has the others.</summary>
internal static class OnnxRuntime
{
    /// <summary>How far logits may be from its own: a share of the greatest, or of 1 where all are smaller.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>How far logits are from its own, in that measure.</summary>
    public static double Difference(Tensor found, Tensor expected)
    {
        Assert.Equal(expected.shape, found.shape);
        return ((found - expected).abs().max() / expected.abs().max().clamp(min: 1)).item<float>();
    }

    /// <summary>The first output, or the one of that name, for images <c>[N, C, H, W]</c>.</summary>
    public static Tensor Run(string path, Tensor images, string? output = null)
    {
        using var options = Options();
        using var session = new InferenceSession(path, options);
        return Run(session, images, output);
    }

    /// <summary>The same of a file in memory.</summary>
    public static Tensor Run(byte[] model, Tensor images)
    {
        using var options = Options();
        using var session = new InferenceSession(model, options);
        return Run(session, images, null);
    }

    private static SessionOptions Options() => new()
    {
        IntraOpNumThreads = 1, InterOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };

    private static Tensor Run(InferenceSession session, Tensor images, string? output)
    {
        var input = session.InputMetadata.First();
        using var plain = images.cpu().contiguous();
        var values = plain.data<float>().ToArray();
        int[] shape = [.. images.shape.Select(length => (int)length)];
        var given = input.Value.ElementDataType == TensorElementType.Float16
            ? NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<Float16>(Array.ConvertAll(values, value => (Float16)value), shape))
            : NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<float>(values, shape));
        using var results = session.Run([given], [output ?? session.OutputNames[0]]);
        return results[0].Value is DenseTensor<Float16> half
            ? Of(Array.ConvertAll(half.Buffer.ToArray(), value => (float)value), half.Dimensions)
            : results[0].Value is DenseTensor<float> answer ? Of(answer.Buffer.ToArray(), answer.Dimensions) : throw new NotSupportedException(results[0].Value.GetType().Name);
    }

    private static Tensor Of(float[] values, ReadOnlySpan<int> shape) => tensor(values).view([.. shape.ToArray().Select(length => (long)length)]);
}
