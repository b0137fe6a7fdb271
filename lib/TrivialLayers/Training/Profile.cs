namespace TrivialLayers.Training;

/// <summary>How thorough a notebook is: which images, and how long networks are trained on them.</summary>
/// <param name="Name"><c>quick</c>, <c>reference</c> or <c>full</c>; with changes their names too, as in <c>quick-cifar-10-6-epochs</c>. Records of claims go by it.</param>
/// <param name="Dataset">A name that <see cref="Data.Datasets.Load"/> takes.</param>
/// <param name="Recipe">For the networks that results are about.</param>
/// <param name="Short">For the networks that show what a changed layer does.</param>
public sealed record Profile(string Name, string Dataset, Recipe Recipe, Recipe Short)
{
    /// <summary>The embedded sample and the runs that ship with it: minutes on two CPU cores.</summary>
    public static Profile Quick { get; } = new("quick", "fashion-mnist-sample", Recipe.Quick, Recipe.Short);

    /// <summary>The full CIFAR-10: hours on a CPU.</summary>
    public static Profile Reference { get; } = new("reference", "cifar-10", Recipe.Reference, Recipe.Short);

    /// <summary>The full CIFAR-10 and the long recipe: for a GPU.</summary>
    public static Profile Full { get; } = new("full", "cifar-10", Recipe.Full, Recipe.Short);

    /// <summary>The profile of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Profile Of(string name)
    {
        Profile[] all = [Quick, Reference, Full];
        return all.FirstOrDefault(profile => profile.Name == name)
            ?? throw new ArgumentException($"There is no profile \"{name}\". Choose {string.Join(", ", all.Select(profile => profile.Name))}.", nameof(name));
    }

    /// <summary>The profile with another data set or other epochs, as a notebook's parameters say.</summary>
    /// <param name="dataset">A data set's name; empty for the profile's own.</param>
    /// <param name="epochs">Passes over the training images; 0 for as many as the recipe says. The short recipe takes no more than these.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of epochs is negative.</exception>
    public Profile With(string dataset = "", int epochs = 0)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfNegative(epochs);
        return this with
        {
            Name = Name + (dataset.Length > 0 && dataset != Dataset ? $"-{dataset}" : "") + (epochs > 0 && epochs != Recipe.Epochs ? $"-{epochs}-epochs" : ""),
            Dataset = dataset.Length > 0 ? dataset : Dataset,
            Recipe = epochs > 0 ? Recipe with { Epochs = epochs } : Recipe,
            Short = epochs > 0 ? Short with { Epochs = Math.Min(epochs, Short.Epochs) } : Short,
        };
    }
}
