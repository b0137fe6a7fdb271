using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers;

/// <summary>A <see cref="Control"/> done to each convolution in turn, as a <see cref="ZeroSweep"/> does it with zeros.</summary>
public static class ControlSweep
{
    /// <summary>Changes each convolution to which the control applies, tests, and puts it back; a stored sweep is loaded.</summary>
    /// <param name="network">Any module from images <c>[N, C, H, W]</c> to logits <c>[N, classes]</c>; unchanged afterwards.</param>
    /// <param name="images">The test images.</param>
    /// <param name="control">What is done.</param>
    /// <param name="progress">Told about images done.</param>
    /// <param name="store">Where sweeps are kept and looked up. By default nothing is kept.</param>
    /// <param name="batch">Images a batch.</param>
    /// <param name="cancellationToken">Ends the sweep after the current batch.</param>
    /// <returns>What the control did to each of these layers. Its type is that of zeroing; <see cref="SweepIdentity.Operation"/> says what was done.</returns>
    /// <exception cref="InvalidOperationException">The control applies to no layer of the network, or leaves a kernel as it was.</exception>
    public static ZeroSweep Run(
        Module<Tensor, Tensor> network,
        ImageSet images,
        Control control,
        IProgress<ProgressReport>? progress = null,
        SweepStore? store = null,
        int batch = Evaluation.DefaultBatch,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(control);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        SweepPass.DemandAnswersByImage(images);
        var sites = SitesOf(network, images).Where(control.AppliesTo).ToList();
        if (sites.Count == 0)
            throw new InvalidOperationException($"\"{control.Name}\" applies to no convolution of this network.");
        var identity = SweepIdentity.Of(network, images, Operation.Of(control.Operation));
        return (store ?? SweepStore.None).GetOrCompute(
            identity, network, images, stored => stored.ToSweep(identity, [.. sites.Select(site => site.Layer)], images.Classes),
            () => Compute(identity, sites, images, control, batch, progress, progress.Link(cancellationToken)), StoredSweep.From, progress.Link(cancellationToken));
    }

    private static ZeroSweep Compute(
        SweepIdentity identity, List<ControlSite> sites, ImageSet images, Control control, int batch, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var network = sites[0].Network;
        using var state = new NetworkState(network);
        var baseline = Evaluation.Answers(network, images, batch, null, cancellationToken);
        var results = new List<(ConvolutionLayer, Evaluation, double)>();
        foreach (var site in sites)
        {
            using var scope = NewDisposeScope();
            Change(site, control);
            var answers = Evaluation.Answers(network, images, batch, null, cancellationToken);
            state.Restore();
            results.Add((site.Layer, answers.ToEvaluation(), answers.AgreementWith(baseline)));
            progress?.Report(new ProgressReport($"{control.Name}, {sites.Count} layers", (long)results.Count * images.Count, (long)sites.Count * images.Count, "images"));
        }

        return new ZeroSweep(identity, baseline.ToEvaluation(), results, clock.Elapsed.TotalSeconds, Provenance.Current());
    }

    /// <summary>A layer that is not really changed would show no drop and pass for one that does not matter.</summary>
    private static void Change(ControlSite site, Control control)
    {
        using var noGradients = no_grad();
        var before = site.Kernel.detach().clone();
        control.Apply(site);
        if (site.Kernel.Equals(before))
            throw new InvalidOperationException($"\"{control.Name}\" left the kernel of '{site.Layer.Name}' as it was; was the network trained?");
    }

    private static List<ControlSite> SitesOf(Module<Tensor, Tensor> network, ImageSet images)
    {
        var layers = ConvolutionLayers.Of(network);
        var norms = Normalisations.Of(network, images.Channels, images.Height, images.Width);
        var ends = network.named_modules().Where(found => found.module is IResidualUnit)
            .Select(unit => layers.Last(layer => layer.Name.StartsWith(unit.name + ".", StringComparison.Ordinal) && layer.Role != LayerRole.Shortcut).Name).ToHashSet();
        return [.. layers.Select(layer => new ControlSite(network, layer, norms.GetValueOrDefault(layer.Name), ends.Contains(layer.Name)))];
    }
}
