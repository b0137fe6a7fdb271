using NotebookHost.Notebook;

namespace NotebookHost.Engine;

/// <summary>One piece of code that <c>#!import</c> brings.</summary>
/// <param name="Name">What errors call it.</param>
/// <param name="Code">The code as it stands in the file.</param>
/// <param name="Text">The same, taken apart.</param>
/// <param name="UnknownKernel">The kernel of the notebook it is from, where that does not tell its language; else <c>null</c>.</param>
internal sealed record ImportedCode(string Name, string Code, CellText Text, string? UnknownKernel = null);

/// <summary>Reads what <c>#!import</c> names: the code cells of a notebook, a script, or a text to be shown.</summary>
internal static class ImportedFile
{
    /// <summary>The code of the file, in order.</summary>
    /// <exception cref="DirectiveException">The file is of no kind that can be imported, or not as its kind has it.</exception>
    /// <exception cref="CellErrorException">A magic command in it cannot be followed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<ImportedCode> Read(string path)
    {
        var name = Path.GetFileName(path);
        if (Path.GetExtension(path).Equals(".ipynb", StringComparison.OrdinalIgnoreCase))
            return OfNotebook(path, name);
        if (CellLanguage.Find(Path.GetExtension(path).TrimStart('.')) is not { } language)
            throw new DirectiveException($"{name} cannot be imported. This host imports notebooks (.ipynb), C# (.cs, .csx), HTML, Markdown and JavaScript.");
        var code = File.ReadAllText(path);
        return [new ImportedCode(name, code, CellText.Parse(code, name, language))];
    }

    private static List<ImportedCode> OfNotebook(string path, string name)
    {
        try
        {
            var document = NotebookDocument.LoadToRun(path);
            var (unmarked, unknownKernel) = (NotebookCells.LanguageOf(document), NotebookCells.UnknownKernel(document));
            return
            [
                .. from numbered in NotebookCells.ToRun(document).Index()
                   let cellName = $"{name}, cell {numbered.Index + 1}"
                   let text = CellText.Parse(numbered.Item.Source, cellName, NotebookCells.LanguageOf(numbered.Item, unmarked))
                   select new ImportedCode(cellName, numbered.Item.Source, text, unknownKernel),
            ];
        }
        catch (NotebookFormatException e)
        {
            throw new DirectiveException(e.Message);
        }
    }
}
