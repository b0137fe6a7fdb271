namespace TrivialLayers;

/// <summary>
/// What stands before the network's names in a file: PyTorch's wrappers put <c>module.</c> (DataParallel) or <c>_orig_mod.</c> (compile) there, training
/// frameworks <c>model.</c> and others, one after another too.
/// </summary>
internal static class NamePrefix
{
    /// <summary>The prefix that makes all names fit: the network's, or those in the file. Empty where they fit as they are, or under none.</summary>
    /// <exception cref="InvalidDataException">They fit under several.</exception>
    public static string Of(IReadOnlyCollection<string> own, IReadOnlyCollection<string> names, string path)
    {
        var (ours, theirs) = (own.ToHashSet(), names.ToHashSet());
        if (ours.Count == 0 || ours.IsSubsetOf(theirs))
            return "";
        bool MakesAllFit(string prefix) =>
            ours.All(name => theirs.Contains(prefix + name))
            || theirs.All(name => name.StartsWith(prefix, StringComparison.Ordinal) && ours.Contains(name[prefix.Length..]));
        var fitting = Candidates(ours, names).Where(MakesAllFit).ToList();
        return fitting.Count < 2 ? fitting.FirstOrDefault("") : throw new InvalidDataException(
            $"{path} contains the network's names more than once, under the prefixes '{string.Join("', '", fitting)}': keep only the tensors of one of them.");
    }

    /// <summary>A sentence on the prefix under which most names would fit; empty where none do.</summary>
    public static string Hint(IReadOnlyCollection<string> own, IReadOnlyCollection<string> names)
    {
        var theirs = names.ToHashSet();
        int Fitting(string prefix) => own.Count(name => theirs.Contains(prefix + name));
        return Candidates(own.ToHashSet(), names).MaxBy(Fitting) is { } best
            ? $"Without the prefix '{best}', {Fitting(best)} of the network's {own.Count} names would match; a prefix is removed only when all then match. "
            : "";
    }

    /// <summary>Each beginning of a name, up to a dot, behind which one of the network's names follows.</summary>
    private static IEnumerable<string> Candidates(HashSet<string> own, IEnumerable<string> names) =>
        (from name in names
         from end in Enumerable.Range(1, name.Length)
         where name[end - 1] == '.' && own.Contains(name[end..])
         select name[..end]).Distinct();
}
