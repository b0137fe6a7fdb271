using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookHost.Engine;
using NotebookHost.Notebook;

namespace NotebookHost.Jupyter;

/// <summary>Registers this host as a kernel: a folder with a <c>kernel.json</c> where Jupyter looks for kernels.</summary>
internal static partial class KernelSpec
{
    /// <summary>The name that C# notebooks have in them.</summary>
    public const string NotebooksName = ".net-csharp";

    /// <summary>The name to register under when somebody else has that one.</summary>
    public const string OwnName = "notebook-host-csharp";

    private const string FileName = "kernel.json";

    /// <summary>In the metadata of a kernelspec: this host wrote it.</summary>
    private const string Mark = "notebook_host";

    /// <summary>What front ends call the kernel of that name.</summary>
    public static string DisplayName(string name) => name == NotebooksName ? ".NET (C#)" : $".NET (C#), {name}";

    /// <summary>Registers the host.</summary>
    /// <param name="prefix">Register in <c>share/jupyter</c> of this folder; <c>null</c> for this user.</param>
    /// <param name="name">The name to register under; <c>null</c> for <see cref="NotebooksName"/>, or <see cref="OwnName"/> when that is somebody else's.</param>
    /// <returns>The folder written to.</returns>
    /// <exception cref="KernelException">The name is not valid or is somebody else's.</exception>
    public static string Install(string? prefix, string? name)
    {
        var kernels = Kernels(prefix is null ? JupyterFolders.User : Path.Combine(Path.GetFullPath(prefix), "share", "jupyter"));
        string[] looked = prefix is null ? [kernels, .. JupyterFolders.All.Select(Kernels)] : [kernels];
        if (name is not null && !ValidName().IsMatch(name))
            throw new KernelException($"--name {name}: use only letters, digits, '.', '-' and '_'.");
        var chosen = name ?? (SomebodyElses(looked, NotebooksName) is null ? NotebooksName : OwnName);
        if (SomebodyElses(looked, chosen) is { } taken)
            throw new KernelException($"{taken} was not installed by this host and was left unchanged. Choose another --name.");
        var folder = Path.Combine(kernels, chosen);
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, FileName), JupyterJson.Write(Content(chosen)) + "\n");
        return folder;
    }

    private static string Kernels(string jupyterFolder) => Path.Combine(jupyterFolder, "kernels");

    /// <summary>The kernel of that name that somebody else registered, where ours would overwrite it or hide it; or <c>null</c>.</summary>
    private static string? SomebodyElses(IEnumerable<string> kernels, string name) =>
        kernels.Select(folder => Path.Combine(folder, name)).FirstOrDefault(folder => Directory.Exists(folder) && !IsOurs(Path.Combine(folder, FileName)));

    private static bool IsOurs(string file)
    {
        try
        {
            return File.Exists(file) && JupyterJson.Parse(File.ReadAllText(file)) is JsonObject spec && spec["metadata"] is JsonObject metadata && metadata.ContainsKey(Mark);
        }
        catch (NotebookFormatException)
        {
            return false;
        }
    }

    private static JsonObject Content(string name) => new()
    {
        ["argv"] = new JsonArray(DotNet.Command, "exec", typeof(KernelSpec).Assembly.Location, "kernel", "{connection_file}"),
        ["display_name"] = DisplayName(name),
        ["language"] = "C#",
        ["interrupt_mode"] = "message",
        ["metadata"] = new JsonObject { [Mark] = new JsonObject { ["version"] = KernelInfo.Version } },
    };

    [GeneratedRegex("^[.]?[A-Za-z0-9][A-Za-z0-9._-]*$")]
    private static partial Regex ValidName();
}
