namespace TrivialLayers;

/// <summary>Chooses images so that each class keeps its share.</summary>
internal static class Stratified
{
    private const int ValidationShare = 10;

    /// <summary>
    /// Numbers of <paramref name="count"/> images, ascending: from each class its exact share, rounded by largest
    /// remainder (of equal remainders the lower class first), within a class at random by <paramref name="seed"/>.
    /// </summary>
    public static int[] Choose(ReadOnlySpan<long> labels, int classes, int count, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, labels.Length);

        var members = new List<int>[classes];
        for (var c = 0; c < classes; c++)
            members[c] = [];
        for (var i = 0; i < labels.Length; i++)
            members[labels[i]].Add(i);

        var shares = Shares(Array.ConvertAll(members, list => list.Count), count);
        var random = new SplitMix64(seed);
        var chosen = new List<int>(count);
        for (var c = 0; c < classes; c++)
        {
            var images = members[c].ToArray();
            random.ChooseToFront(images, shares[c]);
            chosen.AddRange(images.AsSpan(0, shares[c]));
        }
        chosen.Sort();
        return [.. chosen];
    }

    /// <summary>A tenth of the training images to choose on, the same share of each class, and the others to learn from; both ascending.</summary>
    public static (int[] Train, int[] Validation) Split(ReadOnlySpan<long> labels, int classes, long seed)
    {
        var held = Choose(labels, classes, labels.Length / ValidationShare, seed);
        return (Others(labels.Length, held), held);
    }

    /// <summary>The numbers from 0 to <paramref name="count"/> − 1 that are not in <paramref name="chosen"/> (ascending).</summary>
    public static int[] Others(int count, ReadOnlySpan<int> chosen)
    {
        var others = new List<int>(count - chosen.Length);
        var next = 0;
        for (var i = 0; i < count; i++)
        {
            if (next < chosen.Length && chosen[next] == i)
                next++;
            else
                others.Add(i);
        }
        return [.. others];
    }

    /// <summary>How many of <paramref name="count"/> fall to each class: largest remainder, in exact arithmetic.</summary>
    public static int[] Shares(ReadOnlySpan<int> sizes, int count)
    {
        var total = 0L;
        foreach (var size in sizes)
            total += size;

        var shares = new int[sizes.Length];
        var remainders = new long[sizes.Length];
        var left = count;
        for (var c = 0; c < sizes.Length && total > 0; c++)
        {
            (var share, remainders[c]) = Math.DivRem((long)count * sizes[c], total);
            shares[c] = (int)share;
            left -= shares[c];
        }
        var byRemainder = Enumerable.Range(0, sizes.Length).OrderByDescending(c => remainders[c]).ThenBy(c => c);
        foreach (var c in byRemainder.Take(left))
            shares[c]++;
        return shares;
    }
}
