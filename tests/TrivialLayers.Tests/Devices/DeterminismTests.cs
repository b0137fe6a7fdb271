using TorchSharp;

namespace TrivialLayers.Tests;

public sealed class DeterminismTests
{
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
}
