using System.Text.Json.Nodes;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>A stretch of a cell that runs, or is shown, by itself.</summary>
internal abstract record CellPart;

/// <summary>C# code.</summary>
/// <param name="Code">The code, on the lines where it stands in the cell; all before it is blank.</param>
internal sealed record CodePart(string Code) : CellPart;

/// <summary>HTML, Markdown or JavaScript, which is shown.</summary>
/// <param name="Language">Which of them.</param>
/// <param name="Text">The text.</param>
internal sealed record ShownPart(string Language, string Text) : CellPart
{
    /// <summary>The text as a reader shows it.</summary>
    public JsonObject ToBundle() => Language switch
    {
        CellLanguage.Html => MimeBundle.OfContent("text/html", Text),
        CellLanguage.JavaScript => MimeBundle.Of(new JavaScript(Text)),
        _ => MimeBundle.OfContent("text/markdown", Text),
    };
}

/// <summary>A file whose code runs here.</summary>
/// <param name="File">The file as it is named in the cell.</param>
/// <param name="Line">Where that is, counted from 0.</param>
internal sealed record ImportPart(string File, int Line) : CellPart;

/// <summary>Something about the notebook that is shown.</summary>
/// <param name="Magic">The command that asks for it.</param>
internal sealed record TellingPart(MagicCommand Magic) : CellPart;

/// <summary>A stretch in a language that this host does not run.</summary>
/// <param name="Language">The language; <c>null</c> for one that is not known.</param>
/// <param name="Line">Where it begins, counted from 0.</param>
internal sealed record ForeignPart(string? Language, int Line) : CellPart
{
    /// <summary>Says so, in a sentence.</summary>
    /// <param name="name">The cell's name.</param>
    /// <param name="kernel">The notebook's kernel, which is named where the language is not known; or <c>null</c>.</param>
    public string Sentence(string name, string? kernel)
    {
        var what = Language ?? (kernel is null ? "in a language that its notebook does not name" : $"for the kernel {kernel}");
        return $"This host runs C#; {name} is {what}{(Line == 0 ? "" : $" from line {Line + 1} on")}.";
    }
}
