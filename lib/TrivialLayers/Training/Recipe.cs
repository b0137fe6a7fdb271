using static TorchSharp.torch;

namespace TrivialLayers;

/// <summary>
/// How a network is trained: all that decides the weights besides the network, the data and the seed. Where nothing else is said, stochastic gradient descent with Nesterov momentum, a
/// one-cycle learning rate, weight decay on kernels only, cross-entropy and, for each image, a random crop after zero padding and a random horizontal flip.
/// </summary>
public sealed record Recipe
{
    /// <summary>A name for people; it does not decide anything and is not part of a run's address.</summary>
    public string Name { get; init; } = "custom";

    /// <summary>Passes over the training images, 1 or more.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Images per step, 1 or more. The last, smaller batch of an epoch is left out when there is a full one.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>How gradients move weights.</summary>
    public Optimiser Optimiser { get; init; } = Optimiser.Default;

    /// <summary>The highest learning rate, above 0.</summary>
    public double LearningRate { get; init; } = 0.2;

    /// <summary>How the learning rate goes over the training.</summary>
    public Schedule Schedule { get; init; } = Schedule.Default;

    /// <summary>How strongly weights are pulled towards 0, 0 or more: an L2 penalty, or decoupled in <see cref="Optimiser.AdamW"/>.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Whether biases and normalisation are pulled as well, and not only the weights of convolutions and linear layers (He et al. 2019, <i>Bag of Tricks</i>, section 3.1).</summary>
    public bool DecayEverything { get; init; }

    /// <summary>What is made small.</summary>
    public Loss Loss { get; init; } = Loss.CrossEntropy();

    /// <summary>Zero padding in pixels before each random crop; 0 for none.</summary>
    public int CropPadding { get; init; } = 4;

    /// <summary>Whether images are flipped left to right with probability ½.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>The arithmetic of forward and backward pass.</summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// Whether a GPU takes only algorithms that give the same bits each time, so that one seed trains to the same weights twice and resumes after a kill as if nothing had happened. A CPU always does.
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

    /// <summary>
    /// The recipe of the shipped runs of a GPU, an NVIDIA H200: TF32, and algorithms whose bits may differ from run to run. ResNet-56 of width 16 comes to 91 to 92 % on CIFAR-10 in some three minutes.
    /// </summary>
    public static Recipe Full { get; } = new() { Name = "full", Epochs = 40, Batch = 512, LearningRate = 0.4, Precision = Precision.TensorFloat32, Deterministic = false };

    /// <summary>The same, shorter, for networks of ten million parameters and more.</summary>
    public static Recipe FullWide { get; } = Full with { Name = "full, wide", Epochs = 24 };

    /// <summary>
    /// That of He et al. (2016), <i>Deep Residual Learning for Image Recognition</i>, section 4.2, for CIFAR-10: rate 0.1, divided by 10 at 32,000 and 48,000 of 64,000 steps (182 epochs of 45,000
    /// images), batches of 128, momentum 0.9, decay 0.0001 on all weights, 4 pixels of padding, crop and flip. They trained their ResNet-110 at rate 0.01 for the first 400 steps, which is not in here.
    /// </summary>
    public static Recipe HeEtAl2016 { get; } = new()
    {
        Name = "he et al. 2016",
        Epochs = 182,
        Optimiser = Optimiser.Sgd(momentum: 0.9, nesterov: false),
        LearningRate = 0.1,
        Schedule = Schedule.Steps(factor: 0.1, at: [0.5, 0.75]),
        WeightDecay = 1e-4,
        DecayEverything = true,
    };

    /// <summary>The learning rate at a point of the training.</summary>
    /// <param name="progress">The share of all steps that is done, 0 to 1.</param>
    public double LearningRateAt(double progress) => LearningRate * Schedule.ShareAt(progress);

    /// <summary>Whether a parameter is pulled towards 0.</summary>
    internal bool Decays(Tensor parameter) => WeightDecay > 0 && (DecayEverything || parameter.dim() > 1);

    /// <summary>Checks each value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message names it.</exception>
    public void Validate()
    {
        Require.Range(Epochs >= 1, nameof(Epochs), Epochs, "1 or more");
        Require.Range(Batch >= 1, nameof(Batch), Batch, "1 or more");
        Require.Range(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), LearningRate, "above 0");
        Require.Range(WeightDecay >= 0 && double.IsFinite(WeightDecay), nameof(WeightDecay), WeightDecay, "0 or more");
        Require.Range(CropPadding >= 0, nameof(CropPadding), CropPadding, "0 or more pixels");
        ArgumentNullException.ThrowIfNull(Optimiser);
        ArgumentNullException.ThrowIfNull(Schedule);
        ArgumentNullException.ThrowIfNull(Loss);
    }
}
