using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NotebookHost.Engine;

namespace NotebookHost.Assistance;

/// <summary>Says for a console front end whether what was typed can run or goes on in the next line.</summary>
internal static class CodeCompleteness
{
    private const string Indent = "    ";

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    /// <summary>The answer to <c>is_complete_request</c>.</summary>
    public static JsonObject Of(string code)
    {
        var tree = CSharpSyntaxTree.ParseText(CellText.CodeOnly(code), ParseOptions);
        if (!SyntaxFactory.IsCompleteSubmission(tree))
            return new JsonObject { ["status"] = "incomplete", ["indent"] = NextIndent(code) };
        return new JsonObject { ["status"] = tree.GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error) ? "invalid" : "complete" };
    }

    /// <summary>The last line's own, one step deeper when it opens something.</summary>
    private static string NextIndent(string code)
    {
        var last = code.TrimEnd().Split('\n')[^1];
        return string.Concat(last.TakeWhile(char.IsWhiteSpace)) + (last.TrimEnd() is [.., '{' or '(' or '['] ? Indent : "");
    }
}
