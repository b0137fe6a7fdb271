using Google.Protobuf;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>Writes networks as ONNX.</summary>
public static class OnnxFiles
{
    private const double Tolerance = 1e-4;

    /// <summary>
    /// Writes a network as an ONNX file for batches of any size, as it is in evaluation: zeroed, pruned or trained. The file is read back and its answers to images of noise are compared with the network's
    /// before it is put in its place.
    /// </summary>
    /// <param name="network">A network that <see cref="OnnxNetwork.Load"/> read, one of the library's, or a <c>Sequential</c> of torch's usual modules.</param>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="height">Height of the images in pixels; by default that of an <see cref="OnnxNetwork"/>, else 32.</param>
    /// <param name="width">Width of the images in pixels; by default that of an <see cref="OnnxNetwork"/>, else 32.</param>
    /// <param name="opset">The version of ONNX's operators, 17 to 26; a later one where the network needs it.</param>
    /// <exception cref="NotSupportedException">It holds a module that is not written, which the message names; or it does not answer with float32.</exception>
    /// <exception cref="ArgumentException">The network was read for images of another size.</exception>
    /// <exception cref="InvalidOperationException">The file would not answer as the network does, because of a hook on a module for instance. Nothing is written then.</exception>
    public static void SaveOnnx(this Module<Tensor, Tensor> network, string path, int? height = null, int? width = null, int opset = 17)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(opset, 17);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(opset, OnnxFile.Newest);
        var bytes = Model(network, height, width, opset).ToByteArray();
        Check(network, bytes, path);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    private static ModelProto Model(Module<Tensor, Tensor> network, int? height, int? width, int opset)
    {
        if (network is OnnxNetwork read)
        {
            return (height ?? read.Height) == read.Height && (width ?? read.Width) == read.Width
                ? GraphWriter.Write(read, opset)
                : throw new ArgumentException(FormattableString.Invariant($"{read.Title} was read for images of {read.Height} × {read.Width} pixels. To export it for another size, load it with that size."));
        }

        var channels = network is SegmentedNetwork segmented ? segmented.Channels
            : NetworkLayers.Of(network) is [var first, ..] ? first.InChannels : throw new NotSupportedException("The network has no convolution, so the number of channels of its images is not known.");
        return NetworkWriter.Write(network, [channels, height ?? 32, width ?? 32], opset);
    }

    private static void Check(Module<Tensor, Tensor> network, byte[] bytes, string path)
    {
        using var scope = NewDisposeScope();
        using var written = new OnnxNetwork(network.GetName(), GraphReader.Read(ModelProto.Parser.ParseFrom(bytes), path));
        using var evaluation = new EvaluationMode(network);
        using var evaluationOfWritten = new EvaluationMode(written);
        using var generator = new Generator(1, CPU);
        var images = randn([NetworkProbe.Images, written.Channels, written.Height, written.Width], generator: generator);
        var (expected, found) = (network.call(images.to(NetworkProbe.DeviceOf(network), copy: true)).cpu(), written.call(images));
        if (expected.dtype != ScalarType.Float32)
            throw new NotSupportedException($"The network returns numbers of type {expected.dtype}; expected float32 class scores.");
        if (!expected.shape.SequenceEqual(found.shape) || (found - expected).abs().max().item<float>() is var difference && !(difference <= Tolerance * Math.Max(1, expected.abs().max().item<float>())))
            throw new InvalidOperationException($"The exported file {path} would compute other outputs than the network, so it was not written. Is there a hook on one of its modules, or a module of your own among them?");
    }
}
