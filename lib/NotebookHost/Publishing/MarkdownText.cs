using System.Net;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.Mathematics;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace NotebookHost.Publishing;

/// <summary>Markdown as notebooks write it: GitHub's with footnotes and formulas.</summary>
internal static class MarkdownText
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseTaskLists()
        .UseFootnotes()
        .UseAutoLinks()
        .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .UseMathematics()
        .Use<MarkdownMath>()
        .Build();

    /// <summary>HTML in which formulas are elements of the class <c>math</c>. Raw HTML passes as it is: the caller cleans it.</summary>
    public static string ToHtml(string markdown) =>
        TimeLimit.Try(TimeLimit.OfText, () => Rendered(markdown)) ?? TimeLimit.AsWritten(markdown);

    private static string Rendered(string markdown)
    {
        try
        {
            var document = Markdown.Parse(markdown, Pipeline);
            foreach (var formula in document.Descendants<MathInline>().Where(formula => formula.DelimiterCount == 2 || LatexText.IsDisplayed(formula.Content.AsSpan())))
                formula.GetAttributes().AddClass("display");
            return document.ToHtml(Pipeline);
        }
        catch (ArgumentException)
        {
            // Markdig's answer to text that nests deeper than anyone writes.
            return $"<pre>{WebUtility.HtmlEncode(markdown)}</pre>";
        }
    }
}
