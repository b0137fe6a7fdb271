using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Each intervention does what its name says, to one layer at a time, and leaves the network as it was.</summary>
public sealed class InterventionTests : IDisposable
{
    private readonly ResNet _network = SmallData.RandomResNet();
    private readonly ImageSet _images = SmallData.Images("bars", 60, 5);

    public InterventionTests()
    {
        Initialisation.He(_network, Seeds.Derive(1, "weights"));
        using var noGradients = no_grad();
        foreach (var kernel in _network.named_parameters().Where(entry => entry.name.EndsWith("weight", StringComparison.Ordinal)))
            kernel.parameter.mul_(1.3); // as if trained
        foreach (var norm in _network.modules().OfType<BatchNorm2d>())
        {
            norm.running_mean!.fill_(0.2);
            norm.bias!.fill_(0.1);
        }
    }

    public void Dispose()
    {
        _network.Dispose();
        _images.Dispose();
    }

    [Fact]
    public void Zeroing_by_name_is_what_a_sweep_does_unless_told_otherwise()
    {
        var swept = Sweep.Run(_network, _images);
        var control = Run(Intervention.Zero);
        Assert.Equal(swept.Targets.Select(target => target.Measured.Outcomes), control.Targets.Select(target => target.Measured.Outcomes));
        Assert.Equal(swept.Identity.Address, control.Identity.Address);
    }

    [Fact]
    public void A_reinitialised_kernel_is_that_of_the_run_before_training()
    {
        using var start = SmallData.RandomResNet();
        Initialisation.He(start, Seeds.Derive(1, "weights"));
        AssertAnswers("layer2.0.conv1", Intervention.StartWeights(1), () => Parameter("layer2.0.conv1.weight").copy_(start.get_parameter("layer2.0.conv1.weight")!));
    }

    [Fact]
    public void A_rerandomised_kernel_is_another_draw()
    {
        var (first, again, other) = (Run(Intervention.DrawnAnew(5)), Run(Intervention.DrawnAnew(5)), Run(Intervention.DrawnAnew(6)));
        Assert.Equal(first.Targets.Select(layer => layer.CrossEntropyChange), again.Targets.Select(layer => layer.CrossEntropyChange));
        Assert.NotEqual(first.Targets.Select(layer => layer.CrossEntropyChange), other.Targets.Select(layer => layer.CrossEntropyChange));
        Assert.NotEqual(first.Identity.Address, other.Identity.Address);
    }

    [Fact]
    public void With_its_mean_as_output_a_layer_makes_batch_norm_give_its_shift()
    {
        using var network = SmallData.RandomResNet();
        var norms = Normalisations.Of(network, 1, 12, 12);
        Assert.Equal(network.Layers.Select(layer => layer.Name), network.Layers.Select(layer => layer.Name).Where(norms.ContainsKey));
        AssertAnswers("layer1.0.conv1", Intervention.MeanOutput, () =>
        {
            Parameter("layer1.0.conv1.weight").zero_();
            _network.get_buffer("layer1.0.bn1.running_mean")!.zero_();
        });
    }

    [Fact]
    public void A_removed_branch_leaves_the_shortcut()
    {
        var removed = Run(Intervention.BranchRemoved);
        Assert.Equal(["layer1.0.conv2", "layer2.0.conv2", "layer3.0.conv2"], removed.Targets.Select(layer => layer.Layer.Name));
        var unit = _network.modules().OfType<BasicBlock>().First();
        using var state = new NetworkState(_network);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        _network.eval();
        Intervention.BranchRemoved.Apply([new InterventionSite(_network, _network.Layers[2], Normalisations.Of(_network, 1, 12, 12)["layer1.0.conv2"], true)], 1);
        var input = randn(2, 4, 12, 12);
        Assert.True(unit.call(input).Equals(input.relu()));
    }

    [Fact]
    public void Which_convolution_ends_a_branch_does_not_depend_on_roles_or_on_the_layers_asked_for()
    {
        string[] ends = ["layer1.0.conv2", "layer2.0.conv2", "layer3.0.conv2"];
        Assert.Equal(ends, Sweep.Run(_network, _images, new() { Intervention = Intervention.BranchRemoved, RoleOf = _ => LayerRole.Unspecified }).Targets.Select(target => target.Layer.Name));
        Assert.Throws<InvalidOperationException>(() => Sweep.Run(_network, _images, new() { Intervention = Intervention.BranchRemoved, Layers = layer => layer.Name.EndsWith("conv1", StringComparison.Ordinal) }));
        Assert.All(Sweep.Run(_network, _images, new() { Intervention = Intervention.BranchRemoved, Targets = Targets.Greedy(2) }).Targets, target => Assert.Contains(target.Layer.Name, ends));
    }

    [Fact]
    public void With_a_bias_too_the_mean_as_output_makes_batch_norm_give_its_shift()
    {
        using var vgg = Vgg.ForSmallImages(11, 1 / 16.0, 3, 1);
        using (no_grad())
        {
            vgg.get_parameter("features.0.bias")!.fill_(0.7);
            vgg.get_parameter("features.1.bias")!.fill_(0.3);
        }

        using var meanOutput = Intervention.MeanOutput.On(vgg, _images, "features.0");
        using var scope = NewDisposeScope();
        using var evaluation = new EvaluationMode(vgg);
        var first = vgg.Segments[0].Forward(_images.Batch(0, 4, CPU).Images);
        Assert.True(first.allclose(full_like(first, 0.3), 1e-5, 1e-6));
    }

    [Fact]
    public void Recomputed_statistics_are_those_of_the_images()
    {
        using var state = new NetworkState(_network);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        Intervention.StatisticsRecomputed(_images).Apply([new InterventionSite(_network, _network.Layers[1], null, false)], 1);
        _network.eval();
        var stem = _network.get_parameter("conv1.weight")!;
        var output = nn.functional.conv2d(_images.Batch(0, 60, CPU).Images, stem, padding: [1, 1]);
        Assert.True(_network.get_buffer("bn1.running_mean")!.allclose(output.mean([0, 2, 3]), 1e-4, 1e-5));
        Assert.True(_network.get_buffer("bn1.running_var")!.allclose(output.var([0, 2, 3]), 1e-3, 1e-5));
    }

    [Theory]
    [InlineData(Norm.L1)]
    [InlineData(Norm.L2)]
    public void The_smallest_filters_go_first_and_all_of_them_are_the_papers_zeros(Norm norm)
    {
        var curve = Sweep.Run(_network, _images, new() { Intervention = Intervention.ZeroFilters(norm, 0.25, 0.6, 1) });
        Assert.Equal(3 * _network.Layers.Count, curve.Targets.Count);
        Assert.Equal([0.25, 0.6, 1], curve.Targets.Take(3).Select(target => target.Share));
        Assert.Equal(Sweep.Run(_network, _images).Targets.Select(target => target.Measured.Outcomes!.ToArray()), curve.Targets.Where(target => target.Share == 1).Select(target => target.Measured.Outcomes!.ToArray()));

        var kernel = _network.get_parameter("layer2.0.conv1.weight")!.detach().flatten(1);
        List<float> sizes = [.. (norm == Norm.L1 ? kernel.abs().sum(1) : kernel.square().sum(1)).data<float>()];
        var smallest = sizes.Index().OrderBy(filter => filter.Item).Select(filter => filter.Index).Take((int)Math.Ceiling(0.6 * sizes.Count));
        using var zeroing = Zeroing.OfFilters(_network, "layer2.0.conv1", smallest);
        var found = curve.Targets.Single(target => target.Layer.Name == "layer2.0.conv1" && target.Share == 0.6);
        Assert.Equal(Evaluation.Run(_network, _images).CrossEntropy, found.Measured.Outcomes!.MeanCrossEntropy, 1e-6);
    }

    [Fact]
    public void A_sensitivity_curve_is_stored_and_loads_with_its_shares()
    {
        using var folder = new TemporaryFolder();
        var store = new SweepStore(folder.Path);
        Sweep Curve() => Sweep.Run(_network, _images, new() { Intervention = Intervention.ZeroFilters(Norm.L1, 0.3, 0.7) }, store: store);
        var (first, again) = (Curve(), Curve());
        Assert.Equal(first.Seconds, again.Seconds);
        Assert.Equal(first.Targets.Select(target => (target.Layer.Name, target.Share, target.Measured.Outcomes, target.Interval)), again.Targets.Select(target => (target.Layer.Name, target.Share, target.Measured.Outcomes, target.Interval)));
    }

    [Fact]
    public void A_share_outside_0_to_1_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Intervention.ZeroFilters(Norm.L1, 0.5, 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Intervention.ZeroFilters(Norm.L1));
    }

    [Fact]
    public void A_change_of_ones_own_is_swept_and_stored_under_its_version()
    {
        using var folder = new TemporaryFolder();
        var store = new SweepStore(folder.Path);
        Sweep Halved(int? version) => Sweep.Run(_network, _images, new() { Intervention = Intervention.Of("halved", site => site.Kernel.mul_(0.5), version) }, store: store);
        var halved = Halved(version: null);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.json"));
        Halved(version: 1);
        Halved(version: 2);
        Assert.Equal(2, Directory.GetFiles(folder.Path, "*.json").Length);

        using var state = new NetworkState(_network);
        using (no_grad())
            Parameter("layer2.0.conv1.weight").mul_(0.5);
        Assert.Equal(Evaluation.Run(_network, _images).CrossEntropy, halved.Targets.Single(target => target.Layer.Name == "layer2.0.conv1").Measured.Outcomes!.MeanCrossEntropy, 1e-6);
    }

    [Fact]
    public void A_change_that_does_nothing_is_an_error()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Sweep.Run(_network, _images, new() { Intervention = Intervention.Of("nothing", _ => { }) }));
        Assert.Contains("\"nothing\" did not change 'conv1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_that_does_nothing_to_one_layer_of_a_set_is_an_error()
    {
        var halved = Intervention.Of("halved but for conv1", site => site.Kernel.mul_(site.Layer.Name == "conv1" ? 1 : 0.5));
        SweepOptions Of(Targets targets) => new() { Intervention = halved, Targets = targets };

        Assert.Contains("did not change 'conv1'", Assert.Throws<InvalidOperationException>(() => Sweep.Run(_network, _images, Of(Targets.Sets([["layer2.0.conv1", "conv1"]])))).Message, StringComparison.Ordinal);
        Assert.Contains("did not change 'conv1'", Assert.Throws<InvalidOperationException>(() => Sweep.Run(_network, _images, Of(Targets.Greedy(2)))).Message, StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(Sweep.Run(_network, _images, Of(Targets.Sets([["layer2.0.conv1", "layer2.0.conv2"]]))).Targets).Layers.Count);
    }

    [Fact]
    public void A_scope_changes_the_network_until_it_ends_and_refuses_layers_it_cannot_change()
    {
        var before = NetworkDescription.WeightsOf(_network);
        var swept = Sweep.Run(_network, _images, new() { Intervention = Intervention.MeanOutput }).Targets[2];
        using (Intervention.MeanOutput.On(_network, _images, swept.Layer.Name))
            Assert.Equal(swept.Measured.Outcomes!.MeanCrossEntropy, Evaluation.Run(_network, _images).CrossEntropy, 1e-6);
        Assert.Equal(before, NetworkDescription.WeightsOf(_network));
        Assert.Contains("is not applicable to 'fc'", Assert.Throws<ArgumentException>(() => Intervention.MeanOutput.On(_network, _images, "fc")).Message, StringComparison.Ordinal);
        Assert.Equal(before, NetworkDescription.WeightsOf(_network));
    }

    [Fact]
    public void The_network_is_afterwards_what_it_was_also_when_cancelled()
    {
        var before = NetworkDescription.WeightsOf(_network);
        Intervention[] all = [Intervention.Zero, Intervention.StartWeights(1), Intervention.DrawnAnew(2), Intervention.MeanOutput, Intervention.BranchRemoved, Intervention.StatisticsRecomputed(_images), Intervention.ZeroFilters(Norm.L1, 0.5)];
        foreach (var intervention in all)
        {
            Run(intervention);
            Assert.Equal(before, NetworkDescription.WeightsOf(_network));
        }

        Assert.Throws<OperationCanceledException>(() => Sweep.Run(_network, _images, new() { Intervention = Intervention.MeanOutput }, cancellationToken: new CancellationToken(true)));
        Assert.Equal(before, NetworkDescription.WeightsOf(_network));
        LiveTensors.AssertUnchangedInProcessBy(() => all.ToList().ForEach(intervention => Run(intervention)));
    }

    [Fact]
    public void A_kernel_that_stays_as_it_is_is_an_error()
    {
        Initialisation.He(_network, Seeds.Derive(1, "weights"));
        var error = Assert.Throws<InvalidOperationException>(() => Run(Intervention.StartWeights(1)));
        Assert.Contains("did not change 'conv1'", error.Message, StringComparison.Ordinal);
    }

    private Parameter Parameter(string name) => _network.get_parameter(name)!;

    private Sweep Run(Intervention intervention) => Sweep.Run(_network, _images, new() { Intervention = intervention });

    /// <summary>The intervention gives, for a layer, what the network gives after a change by hand.</summary>
    private void AssertAnswers(string layer, Intervention intervention, Action change)
    {
        var found = Run(intervention).Targets.Single(entry => entry.Layer.Name == layer);
        using var state = new NetworkState(_network);
        using (no_grad())
            change();
        var expected = Evaluation.Run(_network, _images);
        Assert.Equal(expected.CrossEntropy, found.Measured.Outcomes!.MeanCrossEntropy, 1e-6);
        Assert.Equal(expected.Outcomes.ToArray(), found.Measured.Outcomes!.ToArray());
    }
}
