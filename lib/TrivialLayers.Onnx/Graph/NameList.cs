using System.Globalization;

namespace TrivialLayers;

/// <summary>Dotted names of which none is another's beginning, so that each can be that of a module or tensor.</summary>
internal sealed class NameList
{
    /// <summary>A name of more parts or characters has its dots replaced: no network is nested so deeply.</summary>
    private const int MostParts = 32, LongestDotted = 512;

    private readonly HashSet<string> _taken = [];
    private readonly HashSet<string> _holders = [];

    /// <summary>The name, or one like it that is free.</summary>
    public string Add(string wanted)
    {
        var isDeep = wanted.Length > LongestDotted || wanted.Count(character => character == '.') >= MostParts;
        var name = isDeep ? wanted.Replace('.', '_') : string.Join('.', wanted.Split('.').Select(part => part.Length > 0 ? part : "_"));
        var free = name;
        for (var i = 1; !IsFree(free); i++)
            free = string.Create(CultureInfo.InvariantCulture, $"{(i < 3 ? name : name.Replace('.', '_'))}_{i}");
        _taken.Add(free);
        _holders.UnionWith(Above(free));
        return free;
    }

    private bool IsFree(string name) => !_taken.Contains(name) && !_holders.Contains(name) && !Above(name).Any(_taken.Contains);

    private static IEnumerable<string> Above(string name)
    {
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
            yield return name[..dot];
    }
}
