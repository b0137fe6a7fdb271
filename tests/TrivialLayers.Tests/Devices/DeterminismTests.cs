using TorchSharp;

namespace TrivialLayers.Tests;

public sealed class DeterminismTests
{
    private static readonly torch.Device s_gpu = new(DeviceType.CUDA);

    [Fact]
    public void A_setting_is_held_while_any_scope_needs_it_and_then_as_it_was()
    {
        var setting = TorchSetting.Find("deterministicAlgorithms", "setDeterministicAlgorithms", wanted: true, warns: true)!;
        Assert.False(setting.Value);
        using (TorchSetting.Scope([setting]))
        {
            using (TorchSetting.Scope([setting]))
                Assert.True(setting.Value);
            Assert.True(setting.Value);
        }

        Assert.False(setting.Value);
    }

    [Theory]
    [InlineData("deterministicCuDNN", "setDeterministicCuDNN", false)]
    [InlineData("benchmarkCuDNN", "setBenchmarkCuDNN", false)]
    [InlineData("deterministicFillUninitializedMemory", "setDeterministicFillUninitializedMemory", false)]
    [InlineData("deterministicAlgorithms", "setDeterministicAlgorithms", true)]
    public void Each_switch_of_a_deterministic_training_is_there_and_turns(string get, string set, bool warns)
    {
        var before = TorchSetting.Find(get, set, wanted: true, warns)!.Value;
        var setting = TorchSetting.Find(get, set, wanted: !before, warns)!;
        using (TorchSetting.Scope([setting]))
            Assert.Equal(!before, setting.Value);
        Assert.Equal(before, setting.Value);
    }

    [Fact]
    public void The_scope_of_a_GPU_holds_each_switch_until_it_ends()
    {
        static (bool, bool, bool, bool) Positions() => (
            Value("deterministicCuDNN", "setDeterministicCuDNN"), Value("benchmarkCuDNN", "setBenchmarkCuDNN"),
            Value("deterministicFillUninitializedMemory", "setDeterministicFillUninitializedMemory"), Value("deterministicAlgorithms", "setDeterministicAlgorithms", warns: true));
        static bool Value(string get, string set, bool warns = false) => TorchSetting.Find(get, set, wanted: true, warns)!.Value;

        var before = Positions();
        using (Determinism.On(s_gpu))
            Assert.Equal((true, false, false, true), Positions());
        Assert.Equal(before, Positions());
    }

    [Fact]
    public void A_training_that_meets_an_operation_without_a_deterministic_form_ends_with_its_name()
    {
        using var data = SmallData.Split();
        using var network = new Unpooling();
        using (Determinism.On(s_gpu)) // unpooling has none on a processor either
        {
            var error = Assert.Throws<NotSupportedException>(() => Trainer.Fit(network, data, new Recipe { Epochs = 1, Batch = 32 }, seed: 1));
            Assert.Contains("max_unpool", error.Message);
            Assert.Contains("Deterministic", error.Message);
        }

        Assert.Single(Trainer.Fit(network, data, new Recipe { Epochs = 1, Batch = 32 }, seed: 1).Epochs);
    }

    [Fact]
    public void A_processor_needs_no_switch()
    {
        using (Determinism.On(torch.CPU))
            Assert.False(TorchSetting.Find("deterministicAlgorithms", "setDeterministicAlgorithms", wanted: true, warns: true)!.Value);
    }

    [Fact]
    public void An_operation_without_a_deterministic_form_is_named()
    {
        var error = new InvalidOperationException("adaptive_avg_pool2d_backward_cuda does not have a deterministic implementation, but you set 'torch.use_deterministic_algorithms(True)'.");
        var operation = Determinism.OperationIn(error)!;
        Assert.Contains("adaptive_avg_pool2d_backward_cuda", Determinism.Refused(operation, error).Message);
        Assert.Contains("Deterministic", Determinism.Refused(operation, error).Message);
        Assert.Null(Determinism.OperationIn(new InvalidOperationException("out of memory")));
    }

    /// <summary>A linear classifier of the brightest pixels, each where it was.</summary>
    private sealed class Unpooling : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        private readonly TorchSharp.Modules.Linear classifier = torch.nn.Linear(144, SmallData.Classes.Length);

        public Unpooling()
            : base("unpooling") => RegisterComponents();

        public override torch.Tensor forward(torch.Tensor input)
        {
            var (pooled, places) = torch.nn.functional.max_pool2d_with_indices(input, [2, 2]);
            return classifier.call(torch.nn.functional.max_unpool2d(pooled, places, [2, 2]).flatten(1));
        }
    }
}
