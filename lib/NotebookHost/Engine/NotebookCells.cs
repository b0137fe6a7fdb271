using System.Text.Json.Nodes;
using NotebookHost.Notebook;

namespace NotebookHost.Engine;

/// <summary>The code cells of a notebook, with the languages they are in.</summary>
internal static class NotebookCells
{
    /// <summary>A cell with this tag is not executed, as in nbclient.</summary>
    public const string SkipTag = "skip-execution";

    /// <summary>A cell with this tag may fail, as in nbclient: its error is an output like any other, and the notebook goes on.</summary>
    private const string RaisesTag = "raises-exception";

    /// <summary>The cells that a run executes, in order.</summary>
    public static IEnumerable<CodeCell> ToRun(NotebookDocument document) =>
        document.Cells.OfType<CodeCell>().Where(cell => !string.IsNullOrWhiteSpace(cell.Source) && !IsSkipped(cell));

    /// <summary>Whether the cell is to be left as it is, outputs included.</summary>
    public static bool IsSkipped(Cell cell) => cell.Tags.Contains(SkipTag);

    /// <summary>Whether the notebook goes on when the cell fails.</summary>
    public static bool MayFail(Cell cell) => cell.Tags.Contains(RaisesTag);

    /// <summary>The language of cells that are not marked: that of the notebook, or C# when it names neither one nor a kernel; <c>null</c> for an <see cref="UnknownKernel"/>.</summary>
    public static string? LanguageOf(NotebookDocument document) =>
        Named(NameIn(document.Metadata)) ?? (UnknownKernel(document) is null ? CellLanguage.CSharp : null);

    /// <summary>The kernel of a notebook whose language nothing tells, with the name that is shown for it; else <c>null</c>.</summary>
    public static string? UnknownKernel(NotebookDocument document)
    {
        var (name, shown) = (Text(document.Metadata, "kernelspec", "name"), Text(document.Metadata, "kernelspec", "display_name"));
        if (name is null || NameIn(document.Metadata) is not null || IsForCSharp(name) || shown?.Contains(CellLanguage.CSharp, StringComparison.Ordinal) == true)
            return null;
        return shown is null || shown == name ? $"'{name}'" : $"'{name}' ({shown})";
    }

    /// <summary>What the notebook calls its language. In .NET Interactive's kernels cells are in the one that the notebook chose there.</summary>
    private static string? NameIn(JsonObject metadata)
    {
        const string interactive = ".net-";
        const string digits = "0123456789.-";
        var spec = Text(metadata, "kernelspec", "name") ?? "";
        var kernel = spec.StartsWith(interactive, StringComparison.Ordinal) ? spec[interactive.Length..] : null;
        var chosen = Text(metadata["polyglot_notebook"] as JsonObject, "kernelInfo", "defaultKernelName")
            ?? Text(metadata["dotnet_interactive"] as JsonObject, "defaultKernelName");
        return (kernel is null ? null : chosen)
            ?? Text(metadata, "kernelspec", "language")
            ?? kernel
            ?? chosen
            ?? Text(metadata, "language_info", "name")
            ?? CellLanguage.Find(spec.TrimEnd([.. digits])); // python3, julia-1.10
    }

    /// <summary>Whether a kernel's name says that it runs C#; this host may be installed under several.</summary>
    private static bool IsForCSharp(string kernel) =>
        kernel.Contains("csharp", StringComparison.OrdinalIgnoreCase) || kernel.Contains("dotnet", StringComparison.OrdinalIgnoreCase);

    /// <summary>The language that the cell is marked with, or <paramref name="unmarked"/>.</summary>
    public static string? LanguageOf(CodeCell cell, string? unmarked) => Named(
        Text(cell.Metadata, "polyglot_notebook", "kernelName")
        ?? Text(cell.Metadata, "dotnet_interactive", "language")
        ?? Text(cell.Metadata, "vscode", "languageId")) ?? unmarked;

    /// <summary>A language by one of its names; a name that is not known is one that is not served. The polyglot names say nothing of the cell.</summary>
    private static string? Named(string? name)
    {
        const string editorsPrefix = "dotnet-interactive.";
        if (name is null or "polyglot-notebook" or ".NET")
            return null;
        if (name.StartsWith(editorsPrefix, StringComparison.Ordinal))
            name = name[editorsPrefix.Length..];
        return CellLanguage.Find(name) ?? name;
    }

    private static string? Text(JsonObject? metadata, params ReadOnlySpan<string> path)
    {
        JsonNode? node = metadata;
        foreach (var name in path)
            node = (node as JsonObject)?[name];
        return JupyterJson.Text(node) is { Length: > 0 } text ? text : null;
    }
}
