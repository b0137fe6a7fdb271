using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>The address of a run is that of a description; all that decides the weights is in it, and no name of a class.</summary>
public sealed class AddressTests
{
    private static readonly Recipe s_recipe = Recipe.Quick;
    private static readonly Recipe s_adam = new() { Optimiser = Optimiser.AdamW(0.8, 0.99, 1e-6), Schedule = Schedule.Steps(0.2, [0.3, 0.6, 0.9], warmUp: 0.05), Loss = Loss.Of("focal", 2, (logits, _) => logits.sum()) };

    [Fact]
    public void A_network_is_described_in_the_words_of_the_field()
    {
        using var network = ResNet.ForSmallImages(8, 4, 10, 1);
        var lines = NetworkDescription.Of(network);
        Assert.Equal("(network): resnet", lines[0]);
        Assert.Equal("conv1: conv2d padding=1 weight[4x1x3x3]", lines[1]);
        Assert.Contains("layer2.0: basic_block", lines);
        Assert.Contains("layer2.0.downsample.0: conv2d stride=2 weight[8x4x1x1]", lines);
        Assert.Contains("layer2.0.bn1: batchnorm2d weight[8] bias[8]", lines);
    }

    [Fact]
    public void The_recipes_description_leaves_out_defaults_and_reads_back_as_the_recipe()
    {
        Assert.Equal("""{"crop_padding":0,"epochs":30,"learning_rate":0.1}""", CanonicalJson.Of(RecipeDescription.Of(Recipe.Quick)));
        Assert.Equal("{}", CanonicalJson.Of(RecipeDescription.Of(new Recipe())));
        Assert.Equal(
            """{"decay_everything":true,"epochs":182,"learning_rate":0.1,"nesterov":false,"schedule":"steps","warm_up":0,"weight_decay":0.0001}""", CanonicalJson.Of(RecipeDescription.Of(Recipe.HeEtAl2016)));
        Assert.Equal(
            """{"at":[0.3,0.6,0.9],"beta2":0.99,"epsilon":1E-06,"factor":0.2,"loss":{"name":"focal","version":2},"momentum":0.8,"optimiser":"adamw","schedule":"steps","warm_up":0.05}""",
            CanonicalJson.Of(RecipeDescription.Of(s_adam)));
        foreach (var recipe in new[] { Recipe.Quick, Recipe.Full, Recipe.Scenes, Recipe.Quick with { Precision = Precision.BFloat16 }, Recipe.Reference with { Precision = Precision.TensorFloat32, Flip = false, Optimiser = Optimiser.Sgd(0, nesterov: false), Schedule = Schedule.OneCycle(1), WeightDecay = 0 }, Recipe.HeEtAl2016, s_adam })
            Assert.Equal(recipe, RecipeDescription.Read(RecipeDescription.Of(recipe), recipe.Name));
    }

    [Fact]
    public void An_option_that_a_later_version_added_is_refused_by_name() =>
        Assert.Contains("'sharpness'", Assert.Throws<InvalidDataException>(() => RecipeDescription.Read(new() { ["sharpness"] = 2 }, "later")).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_option_of_a_recipe_is_in_the_address()
    {
        Recipe[] changed =
        [
            s_recipe with { Epochs = 31 }, s_recipe with { Batch = 64 }, s_recipe with { LearningRate = 0.11 }, s_recipe with { Optimiser = Optimiser.AdamW() }, s_recipe with { Schedule = Schedule.Cosine() }, s_recipe with { WeightDecay = 1e-4 },
            s_recipe with { DecayEverything = true }, s_recipe with { Loss = Loss.CrossEntropy(0.1) }, s_recipe with { CropPadding = 2 }, s_recipe with { Flip = false }, s_recipe with { Precision = Precision.TensorFloat32 }, s_recipe with { Deterministic = false },
            s_recipe with { Precision = Precision.BFloat16 },
        ];
        Assert.Equal(
            typeof(Recipe).GetProperties().Where(property => property.SetMethod is not null && property.Name != nameof(Recipe.Name)).Select(property => property.Name).Order(),
            changed.Select(recipe => typeof(Recipe).GetProperties().Single(property => !Equals(property.GetValue(recipe), property.GetValue(s_recipe))).Name).Distinct().Order());
        using var network = ResNet.ForSmallImages(8, 4, 10, 1);
        Assert.Equal(changed.Length + 1, changed.Append(s_recipe).Select(recipe => Of(network, recipe).Address).Distinct().Count());
        Assert.Equal(Of(network, s_recipe), Of(network, s_recipe with { Name = "another" }));
    }

    [Fact]
    public void Stride_padding_mode_activation_slope_and_frozen_weights_are_in_the_address()
    {
        Module<Tensor, Tensor>[] variants =
        [
            Net(Conv2d(4, 4, 3, padding: 1), ReLU()), Net(Conv2d(4, 4, 3, 2, padding: 1), ReLU()), Net(Conv2d(4, 4, 3, padding: 1, padding_mode: PaddingModes.Reflect), ReLU()),
            Net(Conv2d(4, 4, 3, padding: 1), LeakyReLU(0.01)), Net(Conv2d(4, 4, 3, padding: 1), LeakyReLU(0.2)), Net(Conv2d(4, 4, 3, padding: 2, dilation: 2), ReLU()), Net(Conv2d(4, 4, 3, padding: 1, groups: 2), ReLU()),
            Net(Conv2d(4, 4, 3, padding: 1), Dropout(0.3)), Net(Conv2d(4, 4, 3, padding: 1), Upsample(scale_factor: [2, 2])), Net(Conv2d(4, 4, 3, padding: 1), Upsample(scale_factor: [3, 3])),
            Frozen(Net(Conv2d(4, 4, 3, padding: 1), ReLU())), new Marked(), ResNet.ForSmallImages(8, 4, 10, 1), ResNet.ForSmallImages(8, 4, 10, 1, ShortcutKind.ZeroPadded), PlainNet.ForSmallImages(8, 4, 10, 1),
        ];
        Assert.Equal(variants.Length, variants.Select(network => Of(network, s_recipe).Address).Distinct().Count());
        foreach (var network in variants)
            network.Dispose();

        static Module<Tensor, Tensor> Net(params Module<Tensor, Tensor>[] modules) => Sequential(modules);
        static Module<Tensor, Tensor> Frozen(Module<Tensor, Tensor> network)
        {
            foreach (var parameter in network.parameters())
                parameter.requires_grad = false;
            return network;
        }
    }

    [Fact]
    public void What_two_runs_differ_in_is_said_in_words()
    {
        using var network = ResNet.ForSmallImages(8, 4, 10, 1);
        using var other = ResNet.ForSmallImages(8, 4, 10, 1).Replace("layer2.0.conv2", Conv2d(8, 8, 5, padding: 2, bias: false));
        Assert.Equal(["`epochs`: 30, wanted 40"], RunIdentity.Differences(Of(network, s_recipe), Of(network, s_recipe with { Epochs = 40 })));
        Assert.Equal(["`flip`: true, wanted false"], RunIdentity.Differences(Of(network, s_recipe), Of(network, s_recipe with { Flip = false })));
        Assert.Equal(["`seed`: 1, wanted 2"], RunIdentity.Differences(Of(network, s_recipe), Of(network, s_recipe, seed: 2)));
        Assert.Equal(
            ["layer2.0.conv2: conv2d padding=1 weight[8x8x3x3], wanted layer2.0.conv2: conv2d padding=2 weight[8x8x5x5]"],
            RunIdentity.Differences(Of(network, s_recipe), Of(other, s_recipe)));
    }

    [Fact]
    public void A_run_that_almost_exists_is_named_before_another_is_trained()
    {
        using var folder = new TemporaryFolder();
        using var data = SmallData.Split();
        var reports = new List<string>();
        var store = new RunStore(folder.Path, report: reports.Add);
        var recipe = new Recipe { Epochs = 1, Batch = 32, CropPadding = 0 };
        using var network = SmallData.RandomResNet();
        var run = store.GetOrTrain(network, data, recipe, 1);
        store.GetOrTrain(network, data, recipe, 2);
        Assert.Empty(reports);
        store.GetOrTrain(network, data, recipe with { Epochs = 2 }, 1);
        Assert.Equal($"No such run is stored. {run.Folder} differs only in `epochs`: 1, wanted 2.", Assert.Single(reports));
    }

    [Fact]
    public void Runs_of_an_earlier_version_are_named_and_left_alone()
    {
        using var folder = new TemporaryFolder();
        using var data = SmallData.Split();
        var old = Path.Combine(folder.Path, "resnet-8-width-4-bars-seed1-0123456789ab");
        Directory.CreateDirectory(old);
        File.WriteAllText(Path.Combine(old, "run.json"), """{ "Network": "ResNet-8 (width 4)", "Key": "0123456789ab", "Modules": [] }""");
        var reports = new List<string>();
        using var network = SmallData.RandomResNet();
        new RunStore(folder.Path, report: reports.Add).GetOrTrain(network, data, new Recipe { Epochs = 1, Batch = 32, CropPadding = 0 }, 1);
        Assert.Contains(Path.GetFileName(old), Assert.Single(reports), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(old, "run.json")));
    }

    [Fact]
    public void A_folder_beside_the_store_with_a_name_that_begins_alike_is_not_the_stores()
    {
        using var folder = new TemporaryFolder();
        using var data = SmallData.Split();
        var recipe = new Recipe { Epochs = 1, Batch = 32, CropPadding = 0 };
        using var network = SmallData.RandomResNet();
        var shipped = new RunStore(folder["runs-old"]).GetOrTrain(network, data, recipe, 1);
        File.WriteAllText(Path.Combine(shipped.Folder, "history.csv"), "damaged");
        var reports = new List<string>();
        new RunStore(folder["runs"], [folder["runs-old"]], reports.Add).GetOrTrain(network, data, recipe, 1);
        Assert.Contains("was ignored", Assert.Single(reports), StringComparison.Ordinal);
        Assert.True(Directory.Exists(shipped.Folder));
    }

    private static Identity Of(Module network, Recipe recipe, long seed = 1) => RunIdentity.Of(network, "data", recipe, seed, []);

    /// <summary>A module of a user's that says what it does.</summary>
    private sealed class Marked : Module<Tensor, Tensor>, IDescribed
    {
        private readonly Module<Tensor, Tensor> conv = Conv2d(4, 4, 3, padding: 1);

        public Marked() : base(nameof(Marked)) => RegisterComponents();

        public string Description => "doubled_conv factor=2";

        public override Tensor forward(Tensor input) => conv.call(input) * 2;
    }
}
