using System.Text.Json.Nodes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TrivialLayers.Operation;

namespace TrivialLayers;

/// <summary>
/// Something else to do to a convolution than replacing its kernel with zeros, so that one can see what zero has to do with it. <see cref="ControlSweep"/> does it to each in turn.
/// </summary>
public sealed record Control
{
    private const int StatisticsBatch = 250;

    private readonly JsonObject _operation;

    private Control(string name, JsonObject operation, Func<ControlSite, bool> appliesTo, Action<ControlSite> apply) =>
        (Name, _operation, AppliesTo, Apply) = (name, operation, appliesTo, apply);

    /// <summary>In legends and tables.</summary>
    public string Name { get; }

    /// <summary>What exactly is done, with all that decides it, in data: part of the address of a stored sweep.</summary>
    internal JsonObject Operation => (JsonObject)_operation.DeepClone();

    /// <summary>Whether it can be done to a layer.</summary>
    internal Func<ControlSite, bool> AppliesTo { get; }

    /// <summary>Does it; <see cref="ControlSweep"/> puts everything back.</summary>
    internal Action<ControlSite> Apply { get; }

    /// <summary>The kernel replaced with zeros, batch norm as it is: the paper's operation.</summary>
    public static Control Zeroed { get; } = new("zeroed", Id("zero"), _ => true, site => site.Kernel.zero_());

    /// <summary>
    /// The kernel put back to what it was before training: the re-initialisation of Zhang, Bengio and Singer (2022), <i>Are All Layers Created Equal?</i>, section 3, done to the kernel alone.
    /// </summary>
    /// <param name="seed">The seed of the run, from which <see cref="Initialisation.He"/> drew it.</param>
    public static Control Reinitialised(long seed) => Drawn("reinitialised", Id("start_weights", ("seed", seed)), network => Initialisation.OfRun(network, seed));

    /// <summary>The kernel drawn anew from the distribution of starting kernels: the re-randomisation of the same paper.</summary>
    /// <param name="seed">Decides the draw; another than the run's own.</param>
    public static Control Rerandomised(long seed) => Drawn("rerandomised", Id("drawn_anew", ("seed", seed)), network => Initialisation.He(network, Seeds.Derive(seed, "rerandomise")));

    /// <summary>
    /// The layer gives for each channel, everywhere, the mean that its batch norm recorded in training, so that batch norm gives its shift β and the layer tells nothing of the image. Only layers with a
    /// batch norm behind them.
    /// </summary>
    public static Control MeanOutput { get; } = new(
        "mean output", Id("mean_output"), site => site.Normalisation is not null,
        site =>
        {
            site.Kernel.zero_();
            site.Normalisation!.running_mean!.zero_();
        });

    /// <summary>
    /// The whole branch of the residual unit gives zero, so that only the shortcut is left: the deletion of Veit, Wilber and Belongie (2016), <i>Residual Networks Behave Like Ensembles of Relatively Shallow
    /// Networks</i>, section 4. Done to, and named after, the last convolution of each branch.
    /// </summary>
    public static Control BranchRemoved { get; } = new(
        "branch removed", Id("branch_removed"), site => site.EndsBranch && site.Normalisation is not null,
        site =>
        {
            site.Kernel.zero_();
            site.Normalisation!.weight!.zero_();
            site.Normalisation!.bias!.zero_();
        });

    /// <summary>The kernel replaced with zeros, then the statistics of all batch norms measured anew on images, as if the network had always been so.</summary>
    /// <param name="images">Training images; never the test images.</param>
    public static Control StatisticsRecomputed(ImageSet images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new(
            "statistics recomputed", Id("zero_statistics_recomputed", ("images", images.Fingerprint)), site => site.Network.modules().OfType<BatchNorm>().Any(),
            site =>
            {
                site.Kernel.zero_();
                Measure(site.Network, images);
            });
    }

    private static Control Drawn(string name, JsonObject operation, Action<Module> draw) => new(
        name, operation, _ => true,
        site =>
        {
            Tensor kernel;
            using (new NetworkState(site.Network))
            {
                draw(site.Network);
                kernel = site.Kernel.detach().clone();
            }

            site.Kernel.copy_(kernel);
        });

    /// <summary>
    /// Sets the running statistics of all batch norms to the mean over batches of what each batch has. Running statistics that start at zero are, after one batch, momentum times those of the batch.
    /// </summary>
    private static void Measure(Module<Tensor, Tensor> network, ImageSet images)
    {
        var norms = network.modules().OfType<BatchNorm>().Where(norm => norm.running_mean is not null).ToList();
        var momentum = norms.ConvertAll(norm => norm.momentum ?? throw new InvalidOperationException("A batch norm without momentum keeps a plain average; its statistics cannot be measured anew here."));
        network.eval();
        norms.ForEach(norm => norm.train());
        try
        {
            var device = NetworkProbe.DeviceOf(network);
            var sums = norms.ConvertAll(norm => (Mean: zeros_like(norm.running_mean!), Variance: zeros_like(norm.running_var!)));
            var batches = 0;
            for (var start = 0; start < images.Count; start += StatisticsBatch, batches++)
            {
                using var scope = NewDisposeScope();
                foreach (var norm in norms)
                {
                    norm.running_mean!.zero_();
                    norm.running_var!.zero_();
                }

                network.call(images.Batch(start, Math.Min(StatisticsBatch, images.Count - start), device).Images.ToChannelsLast());
                for (var i = 0; i < norms.Count; i++)
                {
                    sums[i].Mean.add_(norms[i].running_mean! / momentum[i]);
                    sums[i].Variance.add_(norms[i].running_var! / momentum[i]);
                }
            }

            for (var i = 0; i < norms.Count; i++)
            {
                norms[i].running_mean!.copy_(sums[i].Mean / batches);
                norms[i].running_var!.copy_(sums[i].Variance / batches);
            }
        }
        finally
        {
            norms.ForEach(norm => norm.eval());
        }
    }
}
