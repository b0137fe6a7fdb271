using System.Globalization;
using System.Text.RegularExpressions;

namespace TrivialLayers;

/// <summary>The size of a ResNet, as <see cref="Profile.Sizes"/> writes it.</summary>
/// <param name="Depth">Layers with weights on the longest way through the network: 6n + 2 for three groups; 18, 34, 50, 101 or 152 for four.</param>
/// <param name="Width">Channels of the first group.</param>
/// <param name="HasFourGroups">Whether it has four groups, as for ImageNet, instead of three.</param>
/// <param name="Trainings">How many training runs it has; <see langword="null"/> for as many as the notebook asks for.</param>
public sealed partial record ResNetSize(int Depth, int Width, bool HasFourGroups = false, int? Trainings = null)
{
    /// <summary>Reads <c>20x16</c>, depth × width; <c>large-</c> before it means four groups, and <c>:2</c> after it two training runs.</summary>
    /// <exception cref="ArgumentException">It is written in another way, or a number is not from 1 to 9999.</exception>
    public static ResNetSize Parse(string size)
    {
        ArgumentNullException.ThrowIfNull(size);
        var read = Written().Match(size);
        if (!read.Success)
            throw new ArgumentException($"\"{size}\" is not the size of a ResNet. Write depth x width, as in 20x16; large-18x64 for four groups; 20x16:1 for a single training run. Numbers are from 1 to 9999.", nameof(size));
        int Number(string name) => int.Parse(read.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
        return new(Number("depth"), Number("width"), read.Groups["large"].Success, read.Groups["trainings"].Success ? Number("trainings") : null);
    }

    /// <summary>A network of this size with initial weights, for images of the size of CIFAR-10's.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="channels">Channels of the images: 1 or 3.</param>
    /// <exception cref="ArgumentException">There is no ResNet of this depth.</exception>
    public SegmentedNetwork Make(int classes, int channels) => HasFourGroups
        ? ResNet.ForLargeImages(Depth, classes, channels, Width, smallImageStem: true)
        : ResNet.ForSmallImages(Depth, Width, classes, channels);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(HasFourGroups ? "large-" : "")}{Depth}x{Width}{(Trainings is { } trainings ? $":{trainings}" : "")}");

    [GeneratedRegex(@"^(?<large>large-)?(?<depth>[1-9][0-9]{0,3})x(?<width>[1-9][0-9]{0,3})(:(?<trainings>[1-9][0-9]{0,3}))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Written();
}
