using System.Globalization;

namespace TrivialLayers;

/// <summary>How often images of each class are taken for each class: <c>[truth, predicted]</c>, counts of images.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[] _counts;

    /// <summary>Makes a matrix from counts in row order.</summary>
    /// <param name="classes">Class names, one a row and column.</param>
    /// <param name="counts">Counts <c>[truth, predicted]</c>, none negative.</param>
    /// <exception cref="ArgumentException">There are not classes × classes counts, or one is negative.</exception>
    public ConfusionMatrix(IReadOnlyList<string> classes, IReadOnlyList<int> counts)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Count != classes.Count * classes.Count || counts.Any(count => count < 0))
            throw new ArgumentException($"Expected {classes.Count * classes.Count} counts of 0 or more, got {counts.Count}.", nameof(counts));
        Classes = classes;
        _counts = [.. counts];
    }

    /// <summary>Class names in the order of rows and columns.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>All counts, row after row.</summary>
    public IReadOnlyList<int> Counts => _counts;

    /// <summary>How many images were taken for what they are.</summary>
    public int Right => Enumerable.Range(0, Classes.Count).Sum(i => this[i, i]);

    /// <summary>How many images of one class were taken for another.</summary>
    public int this[int truth, int predicted] => _counts[(truth * Classes.Count) + predicted];

    /// <inheritdoc/>
    public override string ToString()
    {
        return string.Create(CultureInfo.InvariantCulture, $"{Right} of {_counts.Sum()} right, {Classes.Count} classes");
    }
}
