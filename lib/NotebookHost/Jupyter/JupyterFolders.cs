namespace NotebookHost.Jupyter;

/// <summary>Where Jupyter keeps data, kernels among them, on this system.</summary>
internal static class JupyterFolders
{
    /// <summary>The current user's folder.</summary>
    public static string User
    {
        get
        {
            if (Variable("JUPYTER_DATA_DIR") is { } own)
                return own;
            if (OperatingSystem.IsWindows())
                return Path.Combine(Special(Environment.SpecialFolder.ApplicationData), "jupyter");
            var home = Special(Environment.SpecialFolder.UserProfile);
            return OperatingSystem.IsMacOS()
                ? Path.Combine(home, "Library", "Jupyter")
                : Path.Combine(Variable("XDG_DATA_HOME") ?? Path.Combine(home, ".local", "share"), "jupyter");
        }
    }

    /// <summary>The folders that Jupyter looks in, but for those of Python environments.</summary>
    public static IEnumerable<string> All =>
    [
        .. (Variable("JUPYTER_PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        User,
        .. OperatingSystem.IsWindows()
            ? (string[])[Path.Combine(Special(Environment.SpecialFolder.CommonApplicationData), "jupyter")]
            : ["/usr/local/share/jupyter", "/usr/share/jupyter"],
    ];

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string Special(Environment.SpecialFolder folder) => Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify);
}
