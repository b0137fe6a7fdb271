
namespace TrivialLayers;

/// <summary>How thorough a notebook is: which images, and how long networks are trained on them.</summary>
/// <remarks>
/// The notebooks use two settings. One is the data set with <see cref="Recipe"/>. The other is for claims about over-parameterised networks: few enough training images for
/// networks trained on a laptop to fit them, with <see cref="Fit"/>. Where the networks fit all images anyway, the two are the same.
/// </remarks>
/// <param name="Name"><c>quick</c>, <c>reference</c> or <c>full</c>; with the changes appended, as in <c>quick-cifar-10-6-epochs</c>. Claims are recorded under this name.</param>
/// <param name="Dataset">A name that <see cref="Datasets.Load"/> accepts.</param>
/// <param name="Recipe">For networks trained on all training images.</param>
/// <param name="Few">How many training images the networks get that are to be over-parameterised; 0 for all.</param>
/// <param name="Fit">For the networks trained on these few.</param>
/// <param name="Short">For the networks that show what a changed layer does.</param>
/// <param name="Scenes">For networks that segment scenes.</param>
/// <param name="Wide">For VGG and for ResNets of four groups.</param>
public sealed record Profile(string Name, string Dataset, Recipe Recipe, int Few, Recipe Fit, Recipe Short, Recipe Scenes, Recipe Wide)
{
    /// <summary>The end of the name of a profile that runs on a few images only.</summary>
    internal const string SmokeSuffix = "-smoke";

    private const int SmokeBatch = 10;

    /// <summary>Whether only two small batches of everything are computed, for one epoch: enough to see that a notebook runs to its end, too little to learn anything.</summary>
    private bool IsSmoke { get; init; }

    /// <summary>Channels of the first group of the ResNet-56 that is trained on all training images.</summary>
    public int DeepWidth { get; private init; } = 16;

    /// <summary>Channels of the first group of the ResNet-56 that is to fit its training images.</summary>
    public int FitWidth { get; private init; } = 8;

    /// <summary>Depth of VGG, 11, 13, 16 or 19, and the share of its channels, above 0.</summary>
    public (int Depth, double Width) Vgg { get; private init; } = (11, 0.25);

    /// <summary>How many training runs a ResNet-20 has; a claim needs three.</summary>
    public int Seeds { get; private init; } = 3;

    /// <summary>How many training runs networks without shortcuts have; a claim needs three.</summary>
    public int SeedsWithoutShortcuts { get; private init; } = 3;

    /// <summary>
    /// The ResNets that are compared by size, separated by spaces, as <see cref="ResNetSize.Parse"/> reads them: depth × width, with <c>large-</c> before it four groups, with <c>:1</c> after it
    /// a single training run, with <c>:2</c> two.
    /// </summary>
    public string Sizes { get; private init; } = "56x16 20x16:1 large-18x64:1";

    /// <summary>The depths of the ResNets of width <see cref="FitWidth"/> whose drops are split into the missing function and the shifted constant; each has <see cref="Seeds"/> training runs.</summary>
    public IReadOnlyList<int> Depths { get; private init; } = [20];

    /// <summary>Channels of the first group of the ResNet-20 that is trained on another data set too, and how many training runs it has there.</summary>
    public (int Width, int Seeds) Elsewhere { get; private init; } = (8, 3);

    /// <summary>The other data set for images in colour.</summary>
    private string OtherDataset { get; init; } = "fashion-mnist-sample";

    /// <summary>The sample of Fashion-MNIST that ships, and the runs on it: minutes on two CPU cores.</summary>
    public static Profile Quick { get; } = new("quick", "fashion-mnist-sample", Recipe.Quick, 0, Recipe.Quick, Recipe.Short, Recipe.Scenes, Recipe.Quick)
    {
        DeepWidth = 8,
        Vgg = (11, 0.125),
        Depths = [8, 14, 20, 32, 44, 56, 110],
        Sizes = "8x8 8x16 8x32 14x8 14x16 14x32 20x8 20x16 20x32 32x8 44x8 56x8 110x8",
    };

    /// <summary>The full CIFAR-10 and the runs on it that ship; another network takes half an hour to an hour and more on a CPU.</summary>
    public static Profile Reference { get; } = new("reference", "cifar-10", Recipe.Reference, 5_000, Recipe.Fit, Recipe.Short with { Epochs = 2 }, Recipe.Scenes, Recipe.Reference)
    {
        SeedsWithoutShortcuts = 1, // as many as ship
        Sizes = "56x8",
        Depths = [56],
        Elsewhere = (16, 1),
        OtherDataset = "fashion-mnist",
    };

    /// <summary>The full CIFAR-10 and the long recipe, with the runs from a GPU that ship; another network takes minutes on a GPU and hours on a CPU.</summary>
    public static Profile Full { get; } = new("full", "cifar-10", Recipe.Full, 0, Recipe.Full, Reference.Short, Recipe.Scenes, Recipe.FullWide)
    {
        FitWidth = 16,
        Vgg = (16, 1),
        Seeds = 1,
        SeedsWithoutShortcuts = 1,
        OtherDataset = "fashion-mnist",
    };

    /// <summary>The profile of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Profile Of(string name)
    {
        Profile[] all = [Quick, Reference, Full];
        return all.FirstOrDefault(profile => profile.Name == name)
            ?? throw new ArgumentException($"There is no profile \"{name}\". Choose {string.Join(", ", all.Select(profile => profile.Name))}.", nameof(name));
    }

    /// <summary>The profile with another data set, another number of epochs or as a smoke run, as a notebook's parameters say.</summary>
    /// <param name="dataset">A data set's name; empty for the profile's own.</param>
    /// <param name="epochs">Passes over the training images; 0 for as many as the recipe says. <see cref="Short"/> keeps its own number if that is smaller; <see cref="Fit"/> changes in proportion.</param>
    /// <param name="smoke">Two batches of ten images of each part, one epoch.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of epochs is negative.</exception>
    public Profile With(string dataset = "", int epochs = 0, bool smoke = false)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfNegative(epochs);
        epochs = smoke ? 1 : epochs == Recipe.Epochs ? 0 : epochs;
        Recipe Changed(Recipe recipe, int asked) => recipe with { Epochs = epochs > 0 ? asked : recipe.Epochs, Batch = smoke ? SmokeBatch : recipe.Batch };
        return this with
        {
            Name = Name + (dataset.Length > 0 && dataset != Dataset ? $"-{dataset}" : "") + (smoke ? SmokeSuffix : epochs > 0 ? $"-{epochs}-epochs" : ""),
            Dataset = dataset.Length > 0 ? dataset : Dataset,
            Recipe = Changed(Recipe, epochs),
            Fit = Changed(Fit, smoke ? 1 : Math.Max(1, Fit.Epochs * epochs / Recipe.Epochs)), // longer or shorter in proportion
            Short = Changed(Short, Math.Min(epochs, Short.Epochs)),
            Scenes = Changed(Scenes, epochs),
            Wide = Changed(Wide, epochs),
            IsSmoke = smoke,
        };
    }

    /// <summary>The ResNets to compare by size, in their order; an eighth as wide in a smoke run.</summary>
    /// <param name="sizes">Sizes written like <see cref="Sizes"/>; empty for these.</param>
    /// <exception cref="ArgumentException">A size is written in another way.</exception>
    public IReadOnlyList<ResNetSize> ResNets(string sizes = "")
    {
        ArgumentNullException.ThrowIfNull(sizes);
        return
        [
            .. (string.IsNullOrWhiteSpace(sizes) ? Sizes : sizes).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(ResNetSize.Parse)
                .Select(size => IsSmoke ? size with { Width = Math.Max(1, size.Width / 8) } : size),
        ];
    }

    /// <summary>The recipe of a ResNet that is compared by size.</summary>
    public Recipe RecipeOf(ResNetSize size)
    {
        ArgumentNullException.ThrowIfNull(size);
        return size.HasFourGroups ? Wide : Fit;
    }

    /// <summary>Loads the profile's data set.</summary>
    /// <inheritdoc cref="Datasets.Load" path="/exception"/>
    public DataSplit Load() => Reduced(Datasets.Load(Dataset));

    /// <summary>Images to compare with: for grey images the same on textured backgrounds, for images in colour another data set.</summary>
    /// <param name="data">What <see cref="Load"/> returned.</param>
    /// <inheritdoc cref="Datasets.Load" path="/exception"/>
    public DataSplit LoadOther(DataSplit data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.Channels == 1 ? TrivialLayers.Scenes.OnTextures(data) : Reduced(Datasets.Load(OtherDataset));
    }

    /// <summary>Scenes made of the images if these are grey, else of the sample of Fashion-MNIST.</summary>
    /// <param name="data">What <see cref="Load"/> returned.</param>
    public DataSplit LoadScenes(DataSplit data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Reduced(TrivialLayers.Scenes.Of(data.Channels == 1 ? data : Datasets.Load("fashion-mnist-sample")));
    }

    /// <summary>The data with no more than <see cref="Few"/> training images (half of them in a smoke run); <paramref name="data"/> itself is not changed.</summary>
    public DataSplit Fewer(DataSplit data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.WithTraining(Few == 0 ? data.Train.Count : IsSmoke ? data.Train.Count / 2 : Math.Min(Few, data.Train.Count));
    }

    /// <summary>The data as they are, or two batches of each part when <see cref="IsSmoke"/>; in that case <paramref name="data"/> is disposed.</summary>
    internal DataSplit Reduced(DataSplit data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!IsSmoke)
            return data;
        using (data)
            return new DataSplit(data.Name, Part(data.Train, 2 * SmokeBatch), Part(data.Validation, 2 * SmokeBatch), Part(data.Test, 2 * SmokeBatch));
    }

    /// <summary>Some images of a set, the same share of each class; all images if the set has no more than that.</summary>
    public static ImageSet Part(ImageSet images, int count)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.Take(Math.Min(count, images.Count), seed: 0);
    }
}
