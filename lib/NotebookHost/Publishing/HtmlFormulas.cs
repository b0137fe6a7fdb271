using AngleSharp.Dom;

namespace NotebookHost.Publishing;

/// <summary>
/// Formulas in HTML that a cell shows, as MathJax finds them in a notebook: between two dollars on each side, <c>\(…\)</c> and <c>\[…\]</c>, and environments. Text between single dollars
/// stays: in an output it is more often about prices.
/// </summary>
internal static class HtmlFormulas
{
    private const string AsWritten = "code, kbd, pre, samp, svg, .math, .mathjax_ignore, .tex2jax_ignore";

    /// <summary>Puts each formula into an element of the class <c>math</c>.</summary>
    public static void Mark(IElement body)
    {
        foreach (var text in body.Descendants<IText>().Where(text => text.Data.AsSpan().IndexOfAny("$\\") >= 0 && text.ParentElement?.Closest(AsWritten) is null).ToList())
            if (LatexText.Formulas(text.Data) is { Count: > 0 } formulas)
                text.Replace([.. Parts(text, formulas)]);
    }

    private static IEnumerable<INode> Parts(IText text, List<LatexText.Formula> formulas)
    {
        var words = 0;
        foreach (var formula in formulas)
        {
            yield return text.Owner!.CreateTextNode(text.Data[words..formula.At]);
            var element = text.Owner.CreateElement("span"); // a block would end a paragraph around it
            element.ClassName = formula.IsDisplayed ? "math display" : "math";
            element.TextContent = formula.IsDisplayed ? $"\\[{formula.Tex}\\]" : $"\\({formula.Tex}\\)";
            yield return element;
            words = formula.At + formula.Length;
        }

        yield return text.Owner!.CreateTextNode(text.Data[words..]);
    }
}
