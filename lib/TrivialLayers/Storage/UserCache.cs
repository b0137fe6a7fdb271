namespace TrivialLayers;

/// <summary>Where this library keeps what it can find out again: <c>trivial-layers</c> in the user's folder for caches.</summary>
internal static class UserCache
{
    /// <summary>The folder, which need not exist; null where the user has none.</summary>
    public static string? Folder { get; } = Home() is var home && Path.IsPathFullyQualified(home) ? Path.Combine(home, "trivial-layers") : null;

    /// <summary>On Linux <c>XDG_CACHE_HOME</c>, of which only a full path counts, else <c>~/.cache</c>.</summary>
    private static string Home()
    {
        var profile = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? Path.Combine(profile, "Library", "Caches")
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } chosen && Path.IsPathFullyQualified(chosen) ? chosen : Path.Combine(profile, ".cache");
    }
}
