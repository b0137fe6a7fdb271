namespace NotebookHost.Jupyter;

/// <summary>
/// A file beside the connection file that exists while a cell runs. A kernel that finds one at its start has been restarted after its predecessor died
/// in that cell: a front end restarts a kernel with the same connection file. Where no file can be written there, crashes are not told of, and cells run all the same.
/// </summary>
internal sealed class CrashMarker(string connectionFile)
{
    private const int LongestLine = 100;

    private readonly string _path = connectionFile + ".cell";

    /// <summary>What to tell the user about the crash, or <c>null</c>; asked again, there is nothing to tell.</summary>
    public string? TakeMessage()
    {
        string? cell = null;
        WherePossible(() => cell = File.Exists(_path) ? File.ReadAllText(_path) : null);
        End();
        return cell is null ? null : $"The kernel crashed in {cell}\nIt was restarted: all variables are lost.\n";
    }

    /// <summary>A cell begins.</summary>
    public void Begin(int number, string code)
    {
        var line = code.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0) ?? "";
        WherePossible(() => File.WriteAllText(_path, $"cell {number}: {(line.Length > LongestLine ? line[..LongestLine] + "…" : line)}"));
    }

    /// <summary>No cell runs.</summary>
    public void End() => WherePossible(() => File.Delete(_path));

    private static void WherePossible(Action act)
    {
        try
        {
            act();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The marker is a courtesy; a full or read-only disk is told of by what needs it.
        }
    }
}
