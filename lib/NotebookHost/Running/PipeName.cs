using System.Text;

namespace NotebookHost.Running;

/// <summary>
/// A name for a pipe that no other has. Outside Windows a pipe is a socket in a file, whose path may have some hundred bytes; .NET puts it into the folder for temporary files, and takes a full path as it is.
/// Where the path there would be longer, the socket lies in a folder of its own in <c>/tmp</c>, which only this user may enter.
/// </summary>
internal sealed class PipeName : IDisposable
{
    /// <summary>In bytes; Linux takes 107, macOS 103.</summary>
    private const int LongestPath = 100;

    /// <summary>What .NET puts before the name.</summary>
    private const string Prefix = "CoreFxPipe_";

    private readonly string? _folder;

    private PipeName(string text, string? folder) => (Text, _folder) = (text, folder);

    /// <summary>The name, for both ends.</summary>
    public string Text { get; }

    /// <summary>Makes a name.</summary>
    /// <param name="temporary">The folder for temporary files.</param>
    /// <exception cref="IOException">A folder is needed in <c>/tmp</c> and cannot be made.</exception>
    public static PipeName Unique(string temporary)
    {
        var name = $"notebook-{Environment.ProcessId}-{Guid.NewGuid():N}"[..40];
        if (!OperatingSystem.IsWindows() && Encoding.UTF8.GetByteCount(Path.Combine(temporary, Prefix + name)) > LongestPath)
        {
            var folder = Directory.CreateDirectory($"/tmp/{name}", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
            return new PipeName(Path.Combine(folder, "pipe"), folder);
        }

        return new PipeName(name, null);
    }

    /// <summary>Deletes the folder, once the pipe is closed.</summary>
    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }
}
