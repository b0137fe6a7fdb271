using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>Optimisers against torch's own, with weight decay on kernels only and on everything.</summary>
public sealed class OptimiserTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Plain_momentum_is_that_of_torch(bool everything) => AssertSteps(
        Optimiser.Sgd(0.9, nesterov: false), everything, (parameters, decay) => optim.SGD(parameters, 0.1, 0.9, 0, decay));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nesterovs_is_that_of_torch(bool everything) => AssertSteps(
        Optimiser.Sgd(0.8), everything, (parameters, decay) => optim.SGD(parameters, 0.1, 0.8, 0, decay, nesterov: true));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AdamW_is_that_of_torch(bool everything) => AssertSteps(
        Optimiser.AdamW(0.85, 0.97, 1e-6), everything, (parameters, decay) => optim.AdamW(parameters, 0.1, 0.85, 0.97, 1e-6, decay));

    // torch 1.13 in Python: p = [1, -2]; five steps on (p ** 2).sum() with lr=0.1, weight_decay=0.1 and momentum=0.9 or the defaults of AdamW.
    [Theory]
    [InlineData("plain", -0.6142166256904602, 1.2284332513809204)]
    [InlineData("nesterov", -0.4205474555492401, 0.8410949110984802)]
    [InlineData("adamw", 0.4699527323246002, -1.4155664443969727)]
    public void Each_is_that_of_PyTorch(string name, double first, double second)
    {
        using var scope = NewDisposeScope();
        using var network = new OneParameter();
        var optimiser = name switch { "plain" => Optimiser.Sgd(0.9, nesterov: false), "nesterov" => Optimiser.Sgd(), _ => Optimiser.AdamW() };
        using var stepper = Optimiser.Begin(network, new Recipe { Optimiser = optimiser, WeightDecay = 0.1, DecayEverything = true }, new Dictionary<string, Tensor>());
        for (var step = 0; step < 5; step++)
            stepper.Step(network.call(zeros(1)), 0.1);
        Assert.Equal(first, network.Values[0], 1e-6);
        Assert.Equal(second, network.Values[1], 1e-6);
    }

    [Fact]
    public void Values_outside_their_range_are_refused()
    {
        Assert.Contains("momentum must be at least 0 and below 1", Assert.Throws<ArgumentOutOfRangeException>(() => Optimiser.Sgd(1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Optimiser.AdamW(beta1: -0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Optimiser.AdamW(beta2: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Optimiser.AdamW(epsilon: 0));
    }

    private static void AssertSteps(Optimiser optimiser, bool everything, Func<IEnumerable<TorchSharp.Modules.Parameter>, double, optim.Optimizer> torchs)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        using var ours = Linear(5, 3);
        using var theirs = Linear(5, 3);
        Initialisation.He(ours, 1);
        theirs.load_state_dict(ours.state_dict());
        using var stepper = Optimiser.Begin(ours, new Recipe { Optimiser = optimiser, WeightDecay = 0.01, DecayEverything = everything }, new Dictionary<string, Tensor>());
        using var kernels = torchs([theirs.weight!], 0.01);
        using var biases = torchs([theirs.bias!], everything ? 0.01 : 0);
        for (var step = 0; step < 6; step++)
        {
            var input = randn([4, 5], generator: generator);
            stepper.Step(ours.call(input).pow(2).mean(), 0.1);
            kernels.zero_grad();
            biases.zero_grad();
            theirs.call(input).pow(2).mean().backward();
            kernels.step();
            biases.step();
        }

        Assert.True(ours.weight!.allclose(theirs.weight!, rtol: 1e-5, atol: 1e-7));
        Assert.True(ours.bias!.allclose(theirs.bias!, rtol: 1e-5, atol: 1e-7));
    }

    private sealed class OneParameter : Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Parameter p = Parameter(tensor(new[] { 1f, -2f }));

        public OneParameter() : base(nameof(OneParameter)) => RegisterComponents();

        public float[] Values => p.detach().data<float>().ToArray();

        public override Tensor forward(Tensor input) => p.pow(2).sum();
    }
}
