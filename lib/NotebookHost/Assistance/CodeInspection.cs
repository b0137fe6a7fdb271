using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.QuickInfo;

namespace NotebookHost.Assistance;

/// <summary>Says what a name in a cell is: its signature, and its summary where there is one.</summary>
internal sealed class CodeInspection(CellWorkspace workspace)
{
    /// <summary>The section that says "not null here": the compiler's talk with itself. Its name is not public.</summary>
    private const string NullabilityAnalysis = "NullabilityAnalysis";

    /// <summary>Does once what makes the first completion and the first help slow: getting the compiler's services going and reading what the cells so far refer to.</summary>
    public async Task WarmUp()
    {
        const string member = "System.Math.Max";
        await workspace.Complete("", 0).ConfigureAwait(false);
        await workspace.Complete(member, member.Length).ConfigureAwait(false);
        await Describe(member, member.Length).ConfigureAwait(false);
    }

    /// <summary>What stands at the position, or the method whose arguments are being written there; <c>null</c> when it is nothing.</summary>
    public async Task<string?> Describe(string code, int position)
    {
        var document = workspace.Open(code);
        var root = (await document.GetSyntaxRootAsync().ConfigureAwait(false))!;
        foreach (var place in Places(root, position))
        {
            if (await QuickInfoService.GetService(document)!.GetQuickInfoAsync(document, place).ConfigureAwait(false) is { } info && Text(info) is { Length: > 0 } text)
                return text;
        }
        return null;
    }

    /// <summary>The name under the cursor or right before it, then the called method around it.</summary>
    private static IEnumerable<int> Places(SyntaxNode root, int position)
    {
        foreach (var place in (int[])[position, position - 1])
        {
            if (place >= 0 && root.FindToken(place) is { ValueText.Length: > 0 } token && token.Span.Contains(place) && IsWord(token))
                yield return place;
        }
        var around = root.FindToken(Math.Max(0, position - 1)).Parent?.AncestorsAndSelf().OfType<BaseArgumentListSyntax>().FirstOrDefault();
        if (around?.Parent is InvocationExpressionSyntax call)
            yield return call.Expression.GetLastToken().SpanStart;
        else if (around?.Parent is ObjectCreationExpressionSyntax creation)
            yield return creation.Type.GetLastToken().SpanStart;
    }

    private static bool IsWord(SyntaxToken token) => char.IsLetter(token.Text[0]) || token.Text[0] is '_' or '@';

    private static string Text(QuickInfoItem info) =>
        string.Join("\n\n", info.Sections
            .Where(section => section.Kind != NullabilityAnalysis)
            .Select(section => section.Text.ReplaceLineEndings("\n").Trim())
            .Where(text => text.Length > 0));
}
