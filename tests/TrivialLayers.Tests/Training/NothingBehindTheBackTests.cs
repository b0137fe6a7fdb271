using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>What training and loading leave alone: torch's global generator, a network's mode, and weights wherever the call does not say that it trains.</summary>
public sealed class NothingBehindTheBackTests : IDisposable
{
    private static readonly Recipe s_recipe = new() { Epochs = 1, Batch = 32, LearningRate = 0.05, CropPadding = 1 };

    private readonly TemporaryFolder _folder = new();
    private readonly DataSplit _data = SmallData.Split();

    private RunStore Store => new(_folder["runs"]);

    public void Dispose()
    {
        _folder.Dispose();
        _data.Dispose();
    }

    [Fact]
    public void Training_and_loading_leave_the_global_generator_as_it_was()
    {
        using var network = WithDropout();
        AssertDrawsNothing(() => Store.GetOrTrain(network, _data, s_recipe, 1));
        AssertDrawsNothing(() => Store.GetOrTrain(network, _data, s_recipe, 1));
        AssertDrawsNothing(() => Store.TryGetTrained(network, _data, s_recipe, 1));
        AssertDrawsNothing(() => Store.OnRecord(network, _data, s_recipe, 1));
        AssertDrawsNothing(() => Store.GetOrMake(new("nothing", 1, _data, 1), network, _ => { }));
        AssertDrawsNothing(() => Trainer.Fit(network, _data, s_recipe, 1));
    }

    [Fact]
    public void A_kept_run_loads_into_the_mode_that_each_module_is_in()
    {
        using var made = SmallData.RandomResNet();
        Store.GetOrTrain(made, _data, s_recipe, 1);
        using var network = SmallData.RandomResNet();
        network.train();
        network.named_modules().First(found => found.name == "layer2.0.bn1").module.eval(); // frozen statistics
        var before = network.modules().Select(module => module.training).ToList();
        Store.GetOrTrain(network, _data, s_recipe, 1);
        Assert.Equal(before, network.modules().Select(module => module.training));
    }

    [Fact]
    public void Asking_for_a_run_that_is_not_there_leaves_pretrained_weights_alone()
    {
        using var other = SmallData.RandomResNet();
        Store.GetOrTrain(other, _data, s_recipe, 1);
        using var network = SmallData.RandomResNet();
        var before = NetworkDescription.WeightsOf(network);
        Assert.Null(Store.TryGetTrained(network, _data, s_recipe, 2));
        Assert.Null(Store.OnRecord(network, _data, s_recipe, 1));
        Assert.Equal(before, NetworkDescription.WeightsOf(network));
        Store.GetOrMake(new("nothing", 1, _data, 1), network, _ => { });
        Assert.Equal(before, NetworkDescription.WeightsOf(network));
    }

    private static void AssertDrawsNothing(Action work)
    {
        using var generator = Generator.Default;
        using var before = generator.get_state();
        work();
        using var after = generator.get_state();
        Assert.Equal(before.bytes.ToArray(), after.bytes.ToArray());
    }

    private static Module<Tensor, Tensor> WithDropout() =>
        Sequential(("conv1", Conv2d(1, 4, 3)), ("dropout", Dropout(0.3)), ("pool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()), ("fc", Linear(4, SmallData.Classes.Length)));
}
