using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>How a network is told from others of the same modules and weights, on the CPU and where another device draws the random numbers.</summary>
public sealed class BehaviourProbeTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void What_another_device_draws_is_no_other_behaviour(bool isHereOnCpu, bool isThereOnCpu)
    {
        using var scope = NewDisposeScope();
        var there = Of(Dropout(0.5), isThereOnCpu, drawnBefore: 1);
        Assert.True(Of(Dropout(0.5), isHereOnCpu).Reproduces(there.Tensors));
        Assert.False(Of(Sequential(Dropout(0.5), ReLU()), isHereOnCpu).Reproduces(there.Tensors));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void On_one_kind_of_device_another_dropout_is_another_behaviour(bool isOnCpu)
    {
        using var scope = NewDisposeScope();
        var half = Of(Dropout(0.5), isOnCpu);
        Assert.True(Of(Dropout(0.5), isOnCpu).Reproduces(half.Tensors));
        Assert.False(Of(Dropout(0.1), isOnCpu).Reproduces(half.Tensors));
    }

    [Fact]
    public void A_network_that_draws_nothing_is_compared_in_training_too_on_every_device()
    {
        using var scope = NewDisposeScope();
        var elsewhere = Of(BatchNorm1d(6), drawsOnCpu: false);
        Assert.Equal(["evaluation", "training"], elsewhere.Tensors.Keys.Order());
        Assert.True(Of(BatchNorm1d(6), drawsOnCpu: true).Reproduces(elsewhere.Tensors));
        Assert.False(Of(Identity(), drawsOnCpu: true).Reproduces(elsewhere.Tensors)); // only in training it differs: new statistics normalise by 0 and 1
    }

    private static BehaviourProbe Of(Module<Tensor, Tensor> between, bool drawsOnCpu, int drawnBefore = 0)
    {
        using var generator = new Generator(1, CPU);
        return BehaviourProbe.Of(new Drawing(between, drawnBefore), randn([8, 6], generator: generator), drawsOnCpu);
    }

    /// <summary>A module that gets other random numbers, as from another device.</summary>
    private sealed class Drawing : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _between;
        private readonly int _before;

        public Drawing(Module<Tensor, Tensor> between, int before)
            : base(nameof(Drawing))
        {
            (_between, _before) = (between, before);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            if (_before > 0)
                rand(_before).Dispose();
            return _between.call(input);
        }
    }
}
