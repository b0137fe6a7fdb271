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

    /// <summary>The language of cells that are not marked: that of the notebook, or C# when it names none.</summary>
    public static string LanguageOf(NotebookDocument document)
    {
        var metadata = document.Metadata;
        const string interactive = ".net-";
        const string digits = "0123456789.-";
        var spec = Text(metadata, "kernelspec", "name") ?? "";
        var kernel = spec.StartsWith(interactive, StringComparison.Ordinal) ? spec[interactive.Length..] : null;
        return Named(Text(metadata, "kernelspec", "language")
            ?? kernel
            ?? Text(metadata["polyglot_notebook"] as JsonObject, "kernelInfo", "defaultKernelName")
            ?? Text(metadata["dotnet_interactive"] as JsonObject, "defaultKernelName")
            ?? Text(metadata, "language_info", "name")
            ?? CellLanguage.Find(spec.TrimEnd([.. digits]))) ?? CellLanguage.CSharp; // python3, julia-1.10
    }

    /// <summary>The language that the cell is marked with, or <paramref name="unmarked"/>.</summary>
    public static string LanguageOf(CodeCell cell, string unmarked) => Named(
        Text(cell.Metadata, "polyglot_notebook", "kernelName")
        ?? Text(cell.Metadata, "dotnet_interactive", "language")
        ?? Text(cell.Metadata, "vscode", "languageId")) ?? unmarked;

    /// <summary>A language by one of its names; a name that is not known is one that is not served. The polyglot names say nothing of the cell.</summary>
    private static string? Named(string? name)
    {
        const string editorsPrefix = "dotnet-interactive.";
        if (name is null or "" or "polyglot-notebook" or ".NET")
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
        return JupyterJson.Text(node);
    }
}
