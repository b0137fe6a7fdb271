using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

public sealed class LossTests : IDisposable
{
    private static readonly Recipe s_recipe = new() { Epochs = 2, Batch = 32, LearningRate = 0.05, CropPadding = 1 };

    private readonly DataSplit _data = SmallData.Split();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_loss_of_ones_own_trains()
    {
        var own = Loss.Of("cross-entropy by hand", 1, (logits, labels) => -functional.log_softmax(logits, 1).gather(1, labels.unsqueeze(1)).mean());
        using var first = SmallData.RandomResNet();
        using var second = SmallData.RandomResNet();
        var (by, byHand) = (Trainer.Fit(first, _data, s_recipe, 1), Trainer.Fit(second, _data, s_recipe with { Loss = own }, 1));
        Assert.Equal(by.Epochs[^1].TrainLoss, byHand.Epochs[^1].TrainLoss, 1e-4);
        var doubled = Trainer.Fit(second, _data, s_recipe with { Loss = Loss.Of("twice", 1, (logits, labels) => 2 * functional.cross_entropy(logits, labels)) }, 1);
        Assert.True(doubled.Epochs[0].TrainLoss > 1.5 * by.Epochs[0].TrainLoss);
    }

    [Fact]
    public void Its_name_and_version_are_in_the_address_and_its_function_is_not()
    {
        static Loss Of(string name, int version) => Loss.Of(name, version, (logits, _) => logits.sum());
        Loss[] others = [Loss.CrossEntropy(), Loss.CrossEntropy(0.1), Of("focal", 1), Of("focal", 2), Of("hinge", 1)];
        Assert.Equal(others.Length, others.Select(loss => CanonicalJson.Of(RecipeDescription.Of(new Recipe { Loss = loss }))).Distinct().Count());
        Assert.Equal("""{"loss":{"name":"focal","version":1}}""", CanonicalJson.Of(RecipeDescription.Of(new Recipe { Loss = Of("focal", 1) })));
        Assert.Equal(Of("focal", 1), Of("focal", 1));
    }

    [Fact]
    public void A_stored_runs_recipe_knows_the_loss_by_name_and_says_so_when_it_is_to_train()
    {
        using var folder = new TemporaryFolder();
        using var network = SmallData.RandomResNet();
        var recipe = s_recipe with { Loss = Loss.Of("squares", 1, (logits, labels) => (logits - functional.one_hot(labels, SmallData.Classes.Length)).square().mean()) };
        var run = new RunStore(folder.Path).GetOrTrain(network, _data, recipe, 1);
        var read = RunStore.Read(run.Folder).Recipe!;
        Assert.Equal(recipe with { Name = read.Name }, read);
        Assert.Contains("Only the name of the loss squares, version 1 was stored", Assert.Throws<InvalidOperationException>(() => Trainer.Fit(network, _data, read, 1)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"loss":{"name":"focal"}}""")]
    [InlineData("""{"loss":{"name":"","version":1}}""")]
    [InlineData("""{"optimiser":"lion"}""")]
    [InlineData("""{"schedule":"polynomial"}""")]
    [InlineData("""{"at":0.5}""")]
    [InlineData("""{"label_smoothing":2}""")]
    public void A_description_that_is_not_known_here_is_refused(string description) =>
        Assert.Throws<InvalidDataException>(() => RecipeDescription.Read((System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(description)!, "other"));
}
