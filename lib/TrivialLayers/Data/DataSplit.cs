using System.Security.Cryptography;
using System.Text;

namespace TrivialLayers;

/// <summary>
/// A data set in three parts: networks learn from <see cref="Train"/>, everything is chosen on <see cref="Validation"/>, and
/// <see cref="Test"/> is read for the reported number only. It owns the three sets.
/// </summary>
public sealed class DataSplit : IDisposable
{
    /// <summary>Puts three sets together and takes them over.</summary>
    /// <param name="name">The name of the data set.</param>
    /// <param name="train">The images to learn from.</param>
    /// <param name="validation">The images to choose on, with the mean and deviation of <paramref name="train"/>.</param>
    /// <param name="test">The images to report on, with the mean and deviation of <paramref name="train"/>.</param>
    /// <exception cref="ArgumentException">The sets differ in image shape, class names or statistics.</exception>
    public DataSplit(string name, ImageSet train, ImageSet validation, ImageSet test)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(train);
        CheckAlike(train, validation);
        CheckAlike(train, test);
        (Name, Train, Validation, Test) = (name, train, validation, test);
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(
            $"TrivialLayers.DataSplit/1\n{train.Fingerprint}\n{validation.Fingerprint}\n{test.Fingerprint}\n")));
    }

    /// <summary>The name of the data set, for instance "cifar-10".</summary>
    public string Name { get; }

    /// <summary>The images networks learn from.</summary>
    public ImageSet Train { get; }

    /// <summary>The images recipes, epochs and orders are chosen on: a stratified tenth of the official training images.</summary>
    public ImageSet Validation { get; }

    /// <summary>The official test images, for the reported number.</summary>
    public ImageSet Test { get; }

    /// <summary>The class names; a label is a place in this list.</summary>
    public IReadOnlyList<string> Classes => Train.Classes;

    /// <summary>The channels of an image, C.</summary>
    public int Channels => Train.Channels;

    /// <summary>The rows of an image, H.</summary>
    public int Height => Train.Height;

    /// <summary>The columns of an image, W.</summary>
    public int Width => Train.Width;

    /// <summary>SHA-256, in 64 hexadecimal digits, over the fingerprints of the three sets.</summary>
    public string Fingerprint { get; }

    /// <summary>
    /// The same split with fewer training images, the same share of each class and normalised as before; this one stays as it is. All of them give an equal split, of the same fingerprint.
    /// </summary>
    /// <param name="count">How many training images, 1 to all.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many.</exception>
    public DataSplit WithTraining(int count)
    {
        var device = Train.Images.device;
        var (name, train) = count == Train.Count ? (Name, Train.To(device)) : ($"{Name}-{count}", Train.Take(count, seed: 0));
        return new DataSplit(name, train, Validation.To(device), Test.To(device));
    }

    /// <summary>Name and sizes in one line.</summary>
    public override string ToString() =>
        $"{Name}: {Train.Count} training, {Validation.Count} validation, {Test.Count} test images of {Channels} x {Height} x {Width}, {Classes.Count} classes";

    /// <summary>Frees the three sets.</summary>
    public void Dispose()
    {
        Train.Dispose();
        Validation.Dispose();
        Test.Dispose();
    }

    private static void CheckAlike(ImageSet train, ImageSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!other.Images.shape.AsSpan(1).SequenceEqual(train.Images.shape.AsSpan(1)) || !other.Classes.SequenceEqual(train.Classes))
            throw new ArgumentException($"The parts of a split must have images of one shape and the same classes; given: \"{train}\" and \"{other}\".");
        if (!other.Mean.SequenceEqual(train.Mean) || !other.Std.SequenceEqual(train.Std))
            throw new ArgumentException($"The parts of a split must be normalised alike: make \"{other.Name}\" with the mean and deviation of \"{train.Name}\".");
    }
}
