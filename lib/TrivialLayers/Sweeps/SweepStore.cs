using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>
/// Sweeps in files, found by weights, images and operation: asked again, a sweep loads in milliseconds. A stored sweep is used only when the network still answers the first
/// images as it did then, or, where its weights are not here, when its baseline is within two images of the run's accuracy.
/// </summary>
public sealed class SweepStore
{
    private readonly Shelf _shelf;
    private readonly bool _keeps;

    /// <summary>Makes a store; nothing is created before something is stored.</summary>
    /// <param name="folder">Where new sweeps go, or null to keep none.</param>
    /// <param name="shipped">Folders to look in as well; never written to.</param>
    /// <param name="report">Told in a sentence about a file that cannot be used. By default written to the error output.</param>
    public SweepStore(string? folder, IEnumerable<string>? shipped = null, Action<string>? report = null) =>
        (_shelf, _keeps) = (new Shelf(folder, shipped, report), folder is not null);

    /// <summary>Keeps nothing and finds nothing: every sweep is computed.</summary>
    internal static SweepStore None { get; } = new(null);

    /// <summary>Loads what is stored under an address, or computes and stores it; of several processes that ask at once, one computes and the others wait.</summary>
    /// <param name="identity">What is asked for.</param>
    /// <param name="network">The network, which must still answer as it did.</param>
    /// <param name="images">The images.</param>
    /// <param name="read">Makes the result of its stored form; throws <see cref="InvalidDataException"/> when that contradicts itself.</param>
    /// <param name="compute">Makes the result.</param>
    /// <param name="cancellationToken">Ends the wait for another process.</param>
    internal Sweep GetOrCompute(SweepIdentity identity, Module<Tensor, Tensor> network, ImageSet images, Func<StoredSweep, Sweep> read, Func<Sweep> compute, CancellationToken cancellationToken)
    {
        var name = NameOf(identity);
        return _shelf.GetOrMake(
            identity.Address[..24], name, $"The sweep {identity.Address[..24]} of {identity.Network} is being computed",
            path => Load(path, identity, stored => StillAnswers(stored.FirstLogits, network, images) ? read(stored) : null),
            () =>
            {
                var result = compute();
                if (_keeps)
                    AtomicFile.Write(Path.Combine(_shelf.Folder, name), StoredSweep.From(result, FirstLogits(network, images)).Write);
                return result;
            },
            cancellationToken);
    }

    /// <summary>Loads what is stored under an address whose weights are not at hand; null when nothing is.</summary>
    internal Sweep? OnRecord(SweepIdentity identity, Func<StoredSweep, Sweep> read) => _shelf.Find(NameOf(identity), path => Load(path, identity, read));

    private static Sweep? Load(string path, SweepIdentity identity, Func<StoredSweep, Sweep?> read)
    {
        var stored = StoredSweep.Load(path);
        return stored.Identity.Address == identity.Address ? read(stored) : throw new InvalidDataException($"it contains the sweep {stored.Identity.Address}; expected {identity.Address}.");
    }

    private static string NameOf(SweepIdentity identity) => identity.Address[..24] + ".json";

    /// <summary>The hash of the modules cannot see another activation or a moved connection in a forward pass; the logits of a few images do.</summary>
    private static bool StillAnswers(float[] stored, Module<Tensor, Tensor> network, ImageSet images)
    {
        var now = FirstLogits(network, images);
        var largest = stored.Select(Math.Abs).DefaultIfEmpty().Max();
        return now.Length == stored.Length
            && now.Zip(stored).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-3 * largest);
    }

    private static float[] FirstLogits(Module<Tensor, Tensor> network, ImageSet images)
    {
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(network);
        using var precision = new PrecisionScope(network, Precision.Float32); // whatever the sweep's
        var (input, _) = images.Batch(0, Math.Min(BehaviourProbe.Images, images.Count), NetworkProbe.DeviceOf(network));
        return [.. NetworkProbe.Sample(network.call(input)).cpu().contiguous().data<float>()];
    }
}
