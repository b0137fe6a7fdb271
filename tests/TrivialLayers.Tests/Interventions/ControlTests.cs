using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Each control does what its name says, to one layer at a time, and leaves the network as it was.</summary>
public sealed class ControlTests : IDisposable
{
    private readonly ResNet _network = SmallData.RandomResNet();
    private readonly ImageSet _images = SmallData.Images("bars", 60, 5);

    public ControlTests()
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
    public void Zeroing_as_a_control_is_what_the_sweep_does_and_has_its_address()
    {
        var swept = ZeroSweep.Run(_network, _images, store: SweepStore.None);
        var control = Run(Control.Zeroed);
        Assert.Equal(swept.Layers.Select(layer => layer.Outcomes.ToArray()), control.Layers.Select(layer => layer.Outcomes.ToArray()));
        Assert.Equal(swept.Identity.Address, control.Identity.Address);
    }

    [Fact]
    public void A_reinitialised_kernel_is_that_of_the_run_before_training()
    {
        using var start = SmallData.RandomResNet();
        Initialisation.He(start, Seeds.Derive(1, "weights"));
        AssertAnswers("layer2.0.conv1", Control.Reinitialised(1), () => Parameter("layer2.0.conv1.weight").copy_(start.get_parameter("layer2.0.conv1.weight")!));
    }

    [Fact]
    public void A_rerandomised_kernel_is_another_draw()
    {
        var (first, again, other) = (Run(Control.Rerandomised(5)), Run(Control.Rerandomised(5)), Run(Control.Rerandomised(6)));
        Assert.Equal(first.Layers.Select(layer => layer.CrossEntropyChange), again.Layers.Select(layer => layer.CrossEntropyChange));
        Assert.NotEqual(first.Layers.Select(layer => layer.CrossEntropyChange), other.Layers.Select(layer => layer.CrossEntropyChange));
        Assert.NotEqual(first.Identity.Address, other.Identity.Address);
    }

    [Fact]
    public void With_its_mean_as_output_a_layer_makes_batch_norm_give_its_shift()
    {
        using var network = SmallData.RandomResNet();
        var norms = Normalisations.Of(network, 1, 12, 12);
        Assert.Equal(network.Layers.Select(layer => layer.Name), network.Layers.Select(layer => layer.Name).Where(norms.ContainsKey));
        AssertAnswers("layer1.0.conv1", Control.MeanOutput, () =>
        {
            Parameter("layer1.0.conv1.weight").zero_();
            _network.get_buffer("layer1.0.bn1.running_mean")!.zero_();
        });
    }

    [Fact]
    public void A_removed_branch_leaves_the_shortcut()
    {
        var removed = Run(Control.BranchRemoved);
        Assert.Equal(["layer1.0.conv2", "layer2.0.conv2", "layer3.0.conv2"], removed.Layers.Select(layer => layer.Layer.Name));
        var unit = _network.modules().OfType<ResidualUnit>().First();
        using var state = new NetworkState(_network);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        _network.eval();
        Control.BranchRemoved.Apply(new ControlSite(_network, _network.Layers[2], Normalisations.Of(_network, 1, 12, 12)["layer1.0.conv2"], true));
        var input = randn(2, 4, 12, 12);
        Assert.True(unit.call(input).Equals(input.relu()));
    }

    [Fact]
    public void Recomputed_statistics_are_those_of_the_images()
    {
        using var state = new NetworkState(_network);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        Control.StatisticsRecomputed(_images).Apply(new ControlSite(_network, _network.Layers[1], null, false));
        _network.eval();
        var stem = _network.get_parameter("conv1.weight")!;
        var output = nn.functional.conv2d(_images.Batch(0, 60, CPU).Images, stem, padding: [1, 1]);
        Assert.True(_network.get_buffer("bn1.running_mean")!.allclose(output.mean([0, 2, 3]), 1e-4, 1e-5));
        Assert.True(_network.get_buffer("bn1.running_var")!.allclose(output.var([0, 2, 3]), 1e-3, 1e-5));
    }

    [Fact]
    public void The_network_is_afterwards_what_it_was_also_when_cancelled()
    {
        var before = NetworkDescription.WeightsOf(_network);
        Control[] all = [Control.Zeroed, Control.Reinitialised(1), Control.Rerandomised(2), Control.MeanOutput, Control.BranchRemoved, Control.StatisticsRecomputed(_images)];
        foreach (var control in all)
        {
            Run(control);
            Assert.Equal(before, NetworkDescription.WeightsOf(_network));
        }

        Assert.Throws<OperationCanceledException>(() => ControlSweep.Run(_network, _images, Control.Zeroed, store: SweepStore.None, cancellationToken: new CancellationToken(true)));
        Assert.Equal(before, NetworkDescription.WeightsOf(_network));
        LiveTensors.AssertUnchangedInProcessBy(() => all.ToList().ForEach(control => Run(control)));
    }

    [Fact]
    public void A_kernel_that_stays_as_it_is_is_an_error()
    {
        Initialisation.He(_network, Seeds.Derive(1, "weights"));
        var error = Assert.Throws<InvalidOperationException>(() => Run(Control.Reinitialised(1)));
        Assert.Contains("left the kernel of 'conv1' as it was", error.Message, StringComparison.Ordinal);
    }

    private Parameter Parameter(string name) => _network.get_parameter(name)!;

    private ZeroSweep Run(Control control) => ControlSweep.Run(_network, _images, control, store: SweepStore.None);

    /// <summary>The control gives, for a layer, what the network gives after a change by hand.</summary>
    private void AssertAnswers(string layer, Control control, Action change)
    {
        var found = Run(control).Layers.Single(entry => entry.Layer.Name == layer);
        using var state = new NetworkState(_network);
        using (no_grad())
            change();
        var expected = Evaluation.Run(_network, _images);
        Assert.Equal(expected.CrossEntropy, found.Outcomes.MeanCrossEntropy, 1e-6);
        Assert.Equal(expected.Outcomes.ToArray(), found.Outcomes.ToArray());
    }
}
