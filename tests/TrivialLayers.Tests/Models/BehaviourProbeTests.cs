using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>How a network is told from others of the same modules and weights, on the CPU and where a GPU draws the random numbers.</summary>
public sealed class BehaviourProbeTests
{
    private const string? Cpu = null;
    private const string Gpu = "one GPU", OtherGpu = "another GPU";

    public static TheoryData<string?, string?> Pairs => new(from here in s_devices from there in s_devices select (here, there));

    public static TheoryData<string?, string?> DifferentPairs => new(from here in s_devices from there in s_devices where here != there select (here, there));

    public static TheoryData<string?> Devices => [.. s_devices];

    private static readonly string?[] s_devices = [Cpu, Gpu, OtherGpu];

    [Theory]
    [MemberData(nameof(DifferentPairs))]
    public void What_another_device_draws_is_no_other_behaviour(string? here, string? there)
    {
        using var scope = NewDisposeScope();
        var elsewhere = Of(Dropout(0.5), there, drawnBefore: 1);
        Assert.True(Of(Dropout(0.5), here).Reproduces(elsewhere.Tensors));
        Assert.False(Of(Sequential(Dropout(0.5), ReLU()), here).Reproduces(elsewhere.Tensors));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_dropout_that_was_put_in_or_taken_out_is_another_behaviour_on_every_device(string? here, string? there)
    {
        using var scope = NewDisposeScope();
        Assert.False(Of(Dropout(0.5), here).Reproduces(Of(Identity(), there).Tensors));
        Assert.False(Of(Identity(), here).Reproduces(Of(Dropout(0.5), there).Tensors));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void On_one_device_another_dropout_is_another_behaviour(string? device)
    {
        using var scope = NewDisposeScope();
        var half = Of(Dropout(0.5), device);
        Assert.True(Of(Dropout(0.5), device).Reproduces(half.Tensors));
        Assert.False(Of(Dropout(0.1), device).Reproduces(half.Tensors));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_network_that_draws_nothing_is_compared_in_training_too(string? here, string? there)
    {
        using var scope = NewDisposeScope();
        var elsewhere = Of(BatchNorm1d(6), there);
        Assert.Equal(["evaluation", "training"], elsewhere.Tensors.Keys.Order());
        Assert.True(Of(BatchNorm1d(6), here).Reproduces(elsewhere.Tensors));
        Assert.False(Of(Identity(), here).Reproduces(elsewhere.Tensors)); // only in training it differs: new statistics normalise by 0 and 1
    }

    [Fact]
    public void A_network_that_remembers_its_calls_in_a_buffer_draws_nothing()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(["evaluation", "training"], Of(new Counting(), Gpu).Tensors.Keys.Order());
    }

    [Fact]
    public void A_probe_of_an_earlier_version_did_not_say_that_the_CPU_drew()
    {
        using var scope = NewDisposeScope();
        var earlier = Of(Dropout(0.5), Cpu).Tensors.Where(entry => entry.Key is "evaluation" or "training").ToDictionary();
        Assert.True(Of(Dropout(0.5), Cpu).Reproduces(earlier));
        Assert.False(Of(Dropout(0.1), Cpu).Reproduces(earlier));
    }

    private static BehaviourProbe Of(Module<Tensor, Tensor> between, string? gpu, int drawnBefore = 0)
    {
        using var generator = new Generator(1, CPU);
        return BehaviourProbe.Of(new Drawing(between, drawnBefore), randn([8, 6], generator: generator), gpu is null ? null : () => gpu);
    }

    /// <summary>A module that gets other random numbers, as from another device.</summary>
    private sealed class Drawing : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> between;
        private readonly int _before;

        public Drawing(Module<Tensor, Tensor> between, int before)
            : base(nameof(Drawing))
        {
            (this.between, _before) = (between, before);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            if (_before > 0)
                rand(_before).Dispose();
            return between.call(input);
        }
    }

    /// <summary>A module whose answer in training depends on how often it was called.</summary>
    private sealed class Counting : Module<Tensor, Tensor>
    {
        private readonly Tensor calls = zeros(1);

        public Counting()
            : base(nameof(Counting)) => RegisterComponents();

        public override Tensor forward(Tensor input) => training ? input + calls.add_(1) : input.alias();
    }
}
