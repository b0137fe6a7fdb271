using System.Globalization;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Benchmarks;

/// <summary>The same work in the PyTorch of <see cref="Python"/>, where there is one: same network, weights and images, handed over as safetensors.</summary>
internal sealed class Peer : IDisposable
{
    private static readonly Lazy<string?> s_version = new(() => Python.TryRun("-c", "import torch; print(torch.__version__)")?.Trim());
    private static readonly Lazy<bool> s_hasCuda = new(() => Python.TryRun("-c", "import torch; print(torch.cuda.is_available())")?.Trim() == "True");

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"peer-{Guid.NewGuid():N}.safetensors");
    private readonly string _device;

    private Peer(nn.Module network, ImageSet images, string device)
    {
        _device = device;
        using var scope = NewDisposeScope();
        var (batch, labels) = images.Batch(0, images.Count, CPU);
        using var stream = File.Create(_file);
        Safetensors.Write(stream, network.state_dict().Append(new("images", batch)).Append(new("labels", labels)));
    }

    public static string Description => s_version.Value is { } version
        ? $"compared with PyTorch {version} of {Python.Path}"
        : $"{Python.Path} has no torch (Debian: python3-torch), so nothing is compared with PyTorch";

    /// <summary>A peer for this network and these images where the network is, or null where there is no PyTorch for it.</summary>
    public static Peer? For(nn.Module network, ImageSet images)
    {
        var device = network.parameters().First().device;
        return s_version.Value is null || (device.type == DeviceType.CUDA && !s_hasCuda.Value) ? null : new Peer(network, images, device.ToString());
    }

    /// <summary>Seconds for a task, start-up apart, and the mean accuracy in percent that it gave.</summary>
    /// <param name="task"><c>sweep</c>, <c>evaluate</c> or <c>train</c>.</param>
    /// <param name="layout"><c>default</c>, <c>channels_last</c>, or <c>better</c>: the faster of the two.</param>
    /// <param name="batch">Images per batch.</param>
    /// <param name="more">Further options of <c>peers/peer.py</c>.</param>
    public (double Seconds, double Percent) Run(string task, string layout, int batch = Evaluation.DefaultBatch, params string[] more)
    {
        using var answer = Ask(task, layout, batch, more);
        return (answer.RootElement.GetProperty("seconds").GetDouble(), answer.RootElement.GetProperty("percent").GetDouble());
    }

    /// <summary>How often PyTorch calls each of libtorch's operators for a task, in the layout that we have on a CPU.</summary>
    public IReadOnlyDictionary<string, int> Operators(string task, int batch)
    {
        using var answer = Ask(task, "channels_last", batch, ["--operators"]);
        return answer.RootElement.GetProperty("operators").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetInt32());
    }

    public void Dispose() => File.Delete(_file);

    private JsonDocument Ask(string task, string layout, int batch, string[] more) => JsonDocument.Parse(Python.Run(
    [
        Python.Script("peer.py"), _file, task, layout, "--device", _device,
        "--threads", Threads.Count.ToString(CultureInfo.InvariantCulture), "--batch", batch.ToString(CultureInfo.InvariantCulture), .. more,
    ]));
}
