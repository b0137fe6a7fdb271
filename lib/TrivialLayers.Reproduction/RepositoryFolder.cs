namespace TrivialLayers;

/// <summary>Where this repository keeps data and runs, wherever the program was started.</summary>
public static class RepositoryFolder
{
    /// <summary>The environment variable that names another folder for the user's own runs, stored sweeps and claims.</summary>
    private const string RunsVariable = "TRIVIAL_LAYERS_RUNS";

    private const string Mark = "Notebooks.sln";

    /// <summary>The <c>data</c> folder of the repository around the library, else around the current folder, else one in the current folder.</summary>
    public static string Data => Path.Combine(Around(LibraryFolder) ?? Around(Directory.GetCurrentDirectory()) ?? Directory.GetCurrentDirectory(), "data");

    /// <summary>Where the user's own runs go: what <c>$TRIVIAL_LAYERS_RUNS</c> names, else <c>data/runs</c>.</summary>
    public static string Runs => Environment.GetEnvironmentVariable(RunsVariable) is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : Path.Combine(Data, "runs");

    /// <summary>The runs that come with the repository; never written to.</summary>
    public static string ShippedRuns => Path.Combine(Data, "checkpoints");

    /// <summary>The folder of this assembly. In a notebook it differs from the folder of the program.</summary>
    internal static string LibraryFolder =>
        Path.GetDirectoryName(typeof(RepositoryFolder).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;

    /// <summary>The repository that a folder is in, or null.</summary>
    internal static string? Around(string inside)
    {
        for (var folder = new DirectoryInfo(inside); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Mark)))
                return folder.FullName;
        }

        return null;
    }
}
