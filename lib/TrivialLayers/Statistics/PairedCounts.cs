namespace TrivialLayers;

/// <summary>
/// What changed between two networks answering the same images: how many went from right to wrong, how many the other way.
/// The two counts and the number of images are all that the evidence on a drop in accuracy needs.
/// </summary>
public readonly record struct PairedCounts
{
    /// <summary>Makes the counts.</summary>
    /// <param name="lost">Images right in the baseline and wrong after zeroing.</param>
    /// <param name="gained">Images wrong in the baseline and right after zeroing.</param>
    /// <param name="count">All images, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative, or lost and gained together exceed all images.</exception>
    public PairedCounts(int lost, int gained, int count)
    {
        if (count < 1 || lost < 0 || gained < 0 || (long)lost + gained > count)
            throw new ArgumentOutOfRangeException(nameof(lost), $"{lost} lost and {gained} gained among {count} images are not valid counts: there must be at least one image, no negative count, and lost + gained must be at most the number of images.");
        (Lost, Gained, Count) = (lost, gained, count);
    }

    /// <summary>Images right in the baseline and wrong after zeroing.</summary>
    public int Lost { get; }

    /// <summary>Images wrong in the baseline and right after zeroing.</summary>
    public int Gained { get; }

    /// <summary>All images.</summary>
    public int Count { get; }

    /// <summary>Drop in accuracy, baseline minus zeroed, in percentage points; negative when zeroing helped.</summary>
    public double Drop => 100.0 * (Lost - Gained) / Count;

    /// <summary>Share of images whose result changed, between 0 and 1.</summary>
    public double Discordance => ((double)Lost + Gained) / Count;

    /// <summary>The same images with baseline and zeroed network exchanged.</summary>
    internal PairedCounts Swapped => new(Gained, Lost, Count);
}
