namespace TrivialLayers;

/// <summary>
/// How a network is trained: all that decides the weights besides the network, the data and the seed. Stochastic gradient descent with Nesterov momentum, a
/// one-cycle learning rate (Smith and Topin 2018, <i>Super-Convergence</i>), weight decay on kernels only (He et al. 2019, <i>Bag of Tricks</i>, section 3.1), label smoothing
/// (Szegedy et al. 2016) and, for each image, a random crop after zero padding and a random horizontal flip.
/// </summary>
public sealed record Recipe
{
    /// <summary>A name for people; it does not decide anything and is not part of a run's address.</summary>
    public string Name { get; init; } = "custom";

    /// <summary>Passes over the training images, 1 or more.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Images a step, 1 or more. The last, smaller batch of an epoch is left out when there is a full one.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>The highest learning rate of the cycle, above 0.</summary>
    public double LearningRate { get; init; } = 0.2;

    /// <summary>The share of all steps in which the learning rate rises, 0 to 1.</summary>
    public double WarmUp { get; init; } = 0.25;

    /// <summary>Nesterov momentum, 0 to below 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>L2 penalty on the weights of convolutions and linear layers, 0 or more; biases and normalisation have none.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>The share of the target that is spread over all classes, 0 to below 1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Zero padding in pixels before each random crop; 0 for none.</summary>
    public int CropPadding { get; init; } = 4;

    /// <summary>Whether images are flipped left to right with probability ½.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>The arithmetic of forward and backward pass.</summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// Whether a card takes only algorithms that give the same bits each time, so that one seed trains to the same weights twice and goes on after a kill as if nothing had happened. A processor always does.
    /// False may be faster, and is part of the run's address.
    /// </summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>
    /// The recipe of the shipped runs on the embedded sample. Images are flipped but not cropped, so that a network can come to fit its training images as they are.
    /// </summary>
    public static Recipe Quick { get; } = new() { Name = "quick", Epochs = 30, LearningRate = 0.1, CropPadding = 0 };

    /// <summary>For trying out a changed layer: on the embedded sample and two CPU cores about three minutes for a ResNet-20, one or two for a ResNet-8.</summary>
    public static Recipe Short { get; } = Quick with { Name = "short", Epochs = 8 };

    /// <summary>For scenes, whose pixels have labels: small batches, as each image has many labels, and a high rate. Chosen on validation scenes.</summary>
    public static Recipe Scenes { get; } = new() { Name = "scenes", Epochs = 15, Batch = 32, LearningRate = 0.3, CropPadding = 0 };

    /// <summary>For the full data sets on a CPU: as many epochs as take a ResNet-20 half an hour. The rate, of 0.1, 0.2 and 0.4, was chosen on validation images.</summary>
    public static Recipe Reference { get; } = new() { Name = "reference", Epochs = 10 };

    /// <summary>For networks that are to fit their training images as they are: as many steps as <see cref="Quick"/>, on half as many.</summary>
    public static Recipe Fit { get; } = Quick with { Name = "fit", Epochs = 60 };

    /// <summary>For a GPU: long enough for the accuracies that the literature reports.</summary>
    public static Recipe Full { get; } = new() { Name = "full", Epochs = 200, LabelSmoothing = 0.1 };

    /// <summary>The learning rate at a point of the training: linear up from 0 to <see cref="LearningRate"/>, then linear down to 0.</summary>
    /// <param name="progress">The share of all steps that is done, 0 to 1.</param>
    public double LearningRateAt(double progress) =>
        LearningRate * Math.Max(0, Math.Min(progress / Math.Max(WarmUp, 1e-9), (1 - progress) / Math.Max(1 - WarmUp, 1e-9)));

    /// <summary>Checks each value at the door.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message names it.</exception>
    public void Validate()
    {
        Require(Epochs >= 1, nameof(Epochs), Epochs, "1 or more");
        Require(Batch >= 1, nameof(Batch), Batch, "1 or more");
        Require(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), LearningRate, "above 0");
        Require(WarmUp is >= 0 and <= 1, nameof(WarmUp), WarmUp, "0 to 1");
        Require(Momentum is >= 0 and < 1, nameof(Momentum), Momentum, "0 to below 1");
        Require(WeightDecay >= 0 && double.IsFinite(WeightDecay), nameof(WeightDecay), WeightDecay, "0 or more");
        Require(LabelSmoothing is >= 0 and < 1, nameof(LabelSmoothing), LabelSmoothing, "0 to below 1");
        Require(CropPadding >= 0, nameof(CropPadding), CropPadding, "0 or more pixels");
    }

    private static void Require(bool holds, string name, object value, string expected)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, value, $"The recipe's {name} is {expected}.");
    }
}
