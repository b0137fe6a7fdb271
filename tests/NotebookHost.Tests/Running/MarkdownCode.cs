using System.Text.RegularExpressions;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Running;

/// <summary>A block of C# on a page of the repository.</summary>
/// <param name="Page">The page's path in the repository, with forward slashes.</param>
/// <param name="Line">The line of its first line of code, from 1.</param>
/// <param name="Code">The code.</param>
/// <param name="IsCell">Whether the text above it calls it a cell.</param>
/// <param name="IsProgram">Whether the text above it calls it a program; it may be both.</param>
internal sealed partial record MarkdownCode(string Page, int Line, string Code, bool IsCell, bool IsProgram)
{
    private static readonly string[] s_strange = ["bin", "obj", "node_modules", "reports", "runs", "packages"];

    /// <summary>All blocks of all pages, in their order.</summary>
    public static IReadOnlyList<MarkdownCode> All { get; } = [.. Pages().SelectMany(Of)];

    /// <summary>Whether the block begins a program of its own rather than going on with the one above it.</summary>
    public bool BeginsProgram => Code.StartsWith("using ", StringComparison.Ordinal) && !Code.StartsWith("using var", StringComparison.Ordinal);

    /// <summary>Where it stands.</summary>
    public override string ToString() => $"{Page}, line {Line}";

    private static IEnumerable<string> Pages() => Directory.EnumerateFiles(RepositoryRoot.Path, "*.md", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/'))
        .Where(path => path.Split('/').All(part => !s_strange.Contains(part) && (part == ".github" || part[0] != '.')))
        .Order(StringComparer.Ordinal);

    /// <summary>The paragraph nearest above that speaks of cells or programs says what a block is. Where none does, a block that begins with a using directive is a program and any other a cell.</summary>
    private static IEnumerable<MarkdownCode> Of(string page)
    {
        var lines = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, page));
        var (paragraph, isCell, isProgram) = ("", false, false);
        for (var at = 0; at < lines.Length; at++)
        {
            if (lines[at].StartsWith("```", StringComparison.Ordinal))
            {
                var end = Array.IndexOf(lines, "```", at + 1);
                Assert.True(end > at, $"{page}, line {at + 1}: the fence has no end.");
                if (lines[at] == "```csharp")
                {
                    var block = new MarkdownCode(page, at + 2, string.Concat(lines[(at + 1)..end].Select(line => line + "\n")), isCell, isProgram);
                    yield return isCell || isProgram ? block : block with { IsCell = !block.BeginsProgram, IsProgram = block.BeginsProgram };
                }

                (at, paragraph) = (end, "");
                continue;
            }

            paragraph = lines[at].Length == 0 ? "" : $"{paragraph} {lines[at]}";
            if (Cell().IsMatch(paragraph) || Program().IsMatch(paragraph))
                (isCell, isProgram) = (Cell().IsMatch(paragraph), Program().IsMatch(paragraph));
        }
    }

    [GeneratedRegex(@"\bcells?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Cell();

    [GeneratedRegex(@"\bprograms?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Program();
}
