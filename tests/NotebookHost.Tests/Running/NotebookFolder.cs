using System.Diagnostics;
using System.Text.Json.Nodes;
using NotebookHost.Running;

namespace NotebookHost.Tests.Running;

/// <summary>A folder with notebooks for a test, and the host as its users start it.</summary>
internal sealed class NotebookFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("notebooks-").FullName;

    public string Out => System.IO.Path.Combine(Path, "out");

    /// <summary>Writes a C# notebook. A cell that begins with <c>[tag]</c> gets that tag.</summary>
    public string Write(string name, params string[] cells) => Write(name, "C#", cells);

    public string Write(string name, string language, string[] cells)
    {
        var path = System.IO.Path.Combine(Path, name + ".ipynb");
        var notebook = new JsonObject
        {
            ["cells"] = new JsonArray([.. cells.Select(Cell)]),
            ["metadata"] = new JsonObject
            {
                ["kernelspec"] = new JsonObject { ["display_name"] = ".NET (C#)", ["language"] = language, ["name"] = ".net-csharp" },
                ["someone_elses"] = new JsonArray(1, 2),
            },
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
        };
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, notebook.ToJsonString());
        return path;
    }

    /// <summary>Runs the host's <c>run</c> and gives its exit code, output and error output.</summary>
    public static Task<(int ExitCode, string Output, string Error)> Run(params string[] arguments) => Host(["run", .. arguments]);

    /// <summary>Runs the host and gives its exit code, output and error output.</summary>
    public static Task<(int ExitCode, string Output, string Error)> Host(params string[] arguments) => Host(static _ => Task.CompletedTask, arguments);

    /// <summary>The same, and does something meanwhile.</summary>
    public static Task<(int ExitCode, string Output, string Error)> Host(Func<Process, Task> meanwhile, params string[] arguments) => Host(static _ => { }, meanwhile, arguments);

    /// <summary>The same, in another environment.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> Host(Action<ProcessStartInfo> prepare, Func<Process, Task> meanwhile, params string[] arguments)
    {
        var start = new ProcessStartInfo(NotebookHost.Engine.DotNet.Command, ["exec", typeof(NotebookRunner).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        prepare(start);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await meanwhile(process);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>The executed copy of a notebook, as JSON.</summary>
    public JsonNode Executed(string name) => JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(Out, name + ".ipynb")))!;

    /// <summary>The text of a page that was written.</summary>
    public string Page(string name) => File.ReadAllText(System.IO.Path.Combine(Out, name + ".html"));

    /// <summary>The outputs of the code cell at that index.</summary>
    public JsonArray Outputs(string name, int cell) => Executed(name)["cells"]![cell]!["outputs"]!.AsArray();

    /// <summary>A text that a notebook file may hold whole or line by line.</summary>
    public static string Text(JsonNode? node) => node is JsonArray lines ? string.Concat(lines.Select(line => (string?)line)) : (string?)node ?? "";

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static JsonNode Cell(string source, int index)
    {
        var metadata = new JsonObject();
        if (source.StartsWith('[') && source.IndexOf(']', StringComparison.Ordinal) is > 0 and var end && source[1..end].All(c => char.IsAsciiLetterLower(c) || c == '-'))
        {
            metadata["tags"] = new JsonArray(source[1..end]);
            source = source[(end + 1)..];
        }
        return new JsonObject { ["cell_type"] = "code", ["id"] = $"cell-{index}", ["metadata"] = metadata, ["execution_count"] = null, ["outputs"] = new JsonArray(), ["source"] = source };
    }
}
