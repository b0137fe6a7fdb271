using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

public sealed class ZeroingTests : IDisposable
{
    private readonly ResNet _network = ResNet.ForSmallImages(8, 4);
    private readonly string _before;

    public ZeroingTests()
    {
        Initialisation.He(_network, 1);
        _before = NetworkDescription.WeightsOf(_network);
    }

    public void Dispose() => _network.Dispose();

    [Fact]
    public void Only_the_named_kernels_are_zero_and_all_is_restored_bit_for_bit()
    {
        using (Zeroing.Of(_network, "layer1.0.conv1", "layer2.0.conv2"))
        {
            Assert.Equal(
                ["layer1.0.conv1.weight", "layer2.0.conv2.weight"],
                _network.named_parameters().Where(entry => entry.parameter.dim() == 4 && IsZero(entry.parameter)).Select(entry => entry.name));
        }

        Assert.Equal(_before, NetworkDescription.WeightsOf(_network));
    }

    [Fact]
    public void A_kernel_stays_zero_until_the_last_scope_ends_in_any_order()
    {
        var outer = Zeroing.Of(_network, "conv1", "layer1.0.conv1");
        var inner = Zeroing.Of(_network, "conv1");
        outer.Dispose();
        outer.Dispose();
        Assert.True(IsZero(_network.get_parameter("conv1.weight")!));
        Assert.False(IsZero(_network.get_parameter("layer1.0.conv1.weight")!));
        inner.Dispose();
        Assert.Equal(_before, NetworkDescription.WeightsOf(_network));
    }

    [Fact]
    public void Single_filters_are_zero_and_their_scopes_nest_with_those_of_whole_kernels()
    {
        var kernel = _network.get_parameter("layer1.0.conv1.weight")!;
        bool[] ZeroFilters() => [.. Enumerable.Range(0, 4).Select(filter => kernel[filter].count_nonzero().item<long>() == 0)];
        var two = Zeroing.OfFilters(_network, "layer1.0.conv1", 0, 2, 2);
        Assert.Equal([true, false, true, false], ZeroFilters());
        var whole = Zeroing.Of(_network, "layer1.0.conv1");
        var last = Zeroing.OfFilters(_network, "layer1.0.conv1", 3);
        two.Dispose();
        Assert.Equal([true, true, true, true], ZeroFilters());
        whole.Dispose();
        Assert.Equal([false, false, false, true], ZeroFilters());
        last.Dispose();
        Assert.Equal(_before, NetworkDescription.WeightsOf(_network));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void A_filter_that_does_not_exist_is_refused_and_nothing_is_changed(int filter)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Zeroing.OfFilters(_network, "layer1.0.conv1", 0, filter));
        Assert.Contains("the filters 0 to 3", error.Message, StringComparison.Ordinal);
        Assert.Equal(_before, NetworkDescription.WeightsOf(_network));
    }

    [Fact]
    public void Zeroing_is_restored_after_an_exception()
    {
        void Fail()
        {
            using var zeroing = Zeroing.Of(_network, "conv1");
            throw new InvalidOperationException();
        }

        Assert.Throws<InvalidOperationException>(Fail);
        Assert.Equal(_before, NetworkDescription.WeightsOf(_network));
    }

    [Fact]
    public void An_unknown_name_changes_nothing_and_gets_the_nearest_ones()
    {
        var error = Assert.Throws<ArgumentException>(() => Zeroing.Of(_network, "conv1", "layer1.0.conv3"));
        Assert.Contains("layer1.0.conv1", error.Message, StringComparison.Ordinal);
        Assert.Equal(_before, NetworkDescription.WeightsOf(_network));
    }

    private static bool IsZero(Tensor kernel)
    {
        using var scope = NewDisposeScope();
        return kernel.count_nonzero().item<long>() == 0;
    }

    [Fact]
    public void Two_names_of_one_kernel_leave_it_what_it_was()
    {
        using var shared = TorchSharp.torch.nn.Conv2d(1, 2, 1);
        using var network = TorchSharp.torch.nn.Sequential(("a", shared), ("b", shared));
        var before = shared.weight!.bytes.ToArray();
        using (Zeroing.Of(network, "a", "b"))
            Assert.Equal(0, shared.weight!.count_nonzero().item<long>());
        Assert.Equal(before, shared.weight!.bytes.ToArray());
    }
}
