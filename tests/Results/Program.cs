using TrivialLayers;
using TrivialLayers.Results;

// The tables of results in README.md and data/checkpoints/README.md and the picture notebooks/answer.svg, from the shipped runs:
//   dotnet run -c Release --project tests/Results             writes them
//   dotnet run -c Release --project tests/Results -- check    writes nothing, shows what would change, and exits with 1 if anything would
if (args is not ([] or ["check"]))
{
    Console.Error.WriteLine($"Unknown arguments: {string.Join(' ', args)}. Give none to write the pages, or \"check\" to compare them.");
    return 2;
}

try
{
    var stale = 0;
    foreach (var (file, fresh) in Pages.Made(Console.WriteLine))
    {
        var path = Path.Combine(RepositoryFolder.Data, "..", file);
        var difference = LineDifference.Between(File.Exists(path) ? File.ReadAllText(path) : "", fresh);
        if (difference.Count == 0)
            continue;
        stale++;
        Console.WriteLine($"{file}:\n{string.Join('\n', difference)}");
        if (args is [])
            File.WriteAllText(path, fresh);
    }

    Console.WriteLine((stale, args) switch
    {
        (0, _) => "All three files agree with the shipped runs.",
        (_, []) => $"Written: {stale} of 3 files.",
        _ => $"{stale} of 3 files differ from what the shipped runs give; {ReadmeBlock.Command} rewrites them.",
    });
    return stale > 0 && args is not [] ? 1 : 0;
}
catch (Exception error) when (error is InvalidOperationException or InvalidDataException or IOException)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
