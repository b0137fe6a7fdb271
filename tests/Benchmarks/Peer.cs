using System.Globalization;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Benchmarks;

/// <summary>The same work in PyTorch, where Debian's <c>python3-torch</c> is installed: same network, weights and images, handed over as safetensors.</summary>
internal sealed class Peer : IDisposable
{
    private static readonly Lazy<string?> s_version = new(() => DebianPython.TryRun("-c", "import torch; print(torch.__version__)")?.Trim());

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"peer-{Guid.NewGuid():N}.safetensors");

    private Peer(nn.Module network, ImageSet images)
    {
        using var scope = NewDisposeScope();
        var (batch, labels) = images.Batch(0, images.Count, CPU);
        using var stream = File.Create(_file);
        Safetensors.Write(stream, network.state_dict().Append(new("images", batch)).Append(new("labels", labels)));
    }

    public static string Description => s_version.Value is { } version
        ? $"compared with PyTorch {version} of {DebianPython.Path}"
        : $"{DebianPython.Path} has no torch (Debian: python3-torch), so nothing is compared with PyTorch";

    /// <summary>A peer for this network and these images, or null where there is no PyTorch.</summary>
    public static Peer? For(nn.Module network, ImageSet images) => s_version.Value is null ? null : new Peer(network, images);

    /// <summary>Seconds for a task in a layout, start-up apart, and the mean accuracy in percent that it gave.</summary>
    /// <param name="task"><c>sweep</c>, <c>evaluate</c> or <c>train</c>.</param>
    /// <param name="layout"><c>default</c> or <c>channels_last</c>.</param>
    public (double Seconds, double Percent) Run(string task, string layout)
    {
        using var answer = JsonDocument.Parse(DebianPython.Run([DebianPython.Script("peer.py"), _file, task, layout, Threads.Count.ToString(CultureInfo.InvariantCulture)]));
        return (answer.RootElement.GetProperty("seconds").GetDouble(), answer.RootElement.GetProperty("percent").GetDouble());
    }

    public void Dispose() => File.Delete(_file);
}
