using System.Diagnostics.CodeAnalysis;

namespace NotebookHost.Engine;

/// <summary>The languages that cells are marked with, under the names that .NET Interactive, editors and files have for them.</summary>
internal static class CellLanguage
{
    public const string CSharp = "C#";
    public const string Html = "HTML";
    public const string Markdown = "Markdown";
    public const string JavaScript = "JavaScript";

    private static readonly Dictionary<string, string> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["csharp"] = CSharp,
        ["c#"] = CSharp,
        ["cs"] = CSharp,
        ["csx"] = CSharp,
        ["html"] = Html,
        ["htm"] = Html,
        ["markdown"] = Markdown,
        ["md"] = Markdown,
        ["javascript"] = JavaScript,
        ["js"] = JavaScript,
        ["fsharp"] = "F#",
        ["f#"] = "F#",
        ["fs"] = "F#",
        ["fsx"] = "F#",
        ["pwsh"] = "PowerShell",
        ["powershell"] = "PowerShell",
        ["ps1"] = "PowerShell",
        ["vb"] = "Visual Basic",
        ["vbnet"] = "Visual Basic",
        ["python"] = "Python",
        ["pythonkernel"] = "Python",
        ["ipython"] = "Python",
        ["r"] = "R",
        ["ir"] = "R",
        ["sql"] = "SQL",
        ["kql"] = "KQL",
        ["mermaid"] = "Mermaid",
        ["http"] = "HTTP requests",
        ["httprequest"] = "HTTP requests",
        ["typescript"] = "TypeScript",
        ["bash"] = "Bash",
        ["sh"] = "Bash",
        ["julia"] = "Julia",
    };

    /// <summary>The language of that name, or <c>null</c> when it is the name of none.</summary>
    public static string? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Whether a cell in that language is run or shown here.</summary>
    public static bool IsServed([NotNullWhen(true)] string? language) => language is CSharp or Html or Markdown or JavaScript;
}
