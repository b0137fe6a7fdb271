using Markdig;
using Markdig.Extensions.Mathematics;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace NotebookHost.Publishing;

/// <summary>LaTeX in Markdown as Jupyter knows it beside dollars: environments such as <c>align</c>, and <c>\\(…\\)</c> and <c>\\[…\\]</c>.</summary>
internal sealed class MarkdownMath : IMarkdownExtension
{
    /// <summary>By which the page's script finds formulas.</summary>
    private const string MathClass = "math";

    public void Setup(MarkdownPipelineBuilder pipeline)
    {
        pipeline.BlockParsers.Insert(0, new EnvironmentParser());
        pipeline.InlineParsers.Insert(0, new FormulaParser());
    }

    public void Setup(MarkdownPipeline pipeline, IMarkdownRenderer renderer)
    {
    }

    /// <summary>An environment that has its lines for itself: nothing in it is Markdown.</summary>
    private sealed class EnvironmentParser : BlockParser
    {
        public EnvironmentParser() => OpeningCharacters = ['\\'];

        public override bool CanInterrupt(BlockProcessor processor, Block block) => block is not ParagraphBlock;

        public override BlockState TryOpen(BlockProcessor processor)
        {
            var (text, start) = (processor.Line.Text, processor.Line.Start);
            if (processor.IsCodeIndent || LatexText.Environment(text.AsSpan(start)) is not { } length)
                return BlockState.None;
            var lines = text.Substring(start, length).ReplaceLineEndings("\n").Split('\n');
            var rest = text.AsSpan(start + length);
            rest = rest[..(rest.IndexOfAny('\n', '\r') is >= 0 and var end ? end : rest.Length)];
            if (lines.Any(string.IsNullOrWhiteSpace) || rest.Trim(" \t.,;:").Length > 0)
                return BlockState.None;
            var block = new EnvironmentBlock(this)
            {
                LinesToCome = lines.Length - 1,
                Line = processor.LineIndex,
                Column = processor.Column,
                Span = new SourceSpan(start, start + length - 1),
            };
            block.GetAttributes().AddClass(MathClass);
            processor.NewBlocks.Push(block);
            return BlockState.Continue;
        }

        public override BlockState TryContinue(BlockProcessor processor, Block block) =>
            ((EnvironmentBlock)block).LinesToCome-- > 0 ? BlockState.Continue : BlockState.None;
    }

    private sealed class EnvironmentBlock(BlockParser parser) : MathBlock(parser)
    {
        public int LinesToCome { get; set; }
    }

    /// <summary>An environment or a formula among words. In Markdown a backslash is written twice before a bracket.</summary>
    private sealed class FormulaParser : InlineParser
    {
        private const int Longest = 10_000;

        public FormulaParser() => OpeningCharacters = ['\\'];

        public override bool Match(InlineProcessor processor, ref StringSlice slice)
        {
            var text = slice.AsSpan();
            if (LatexText.Environment(text) is { } length)
                return Add(processor, ref slice, length, 0);
            if (!text.StartsWith("\\\\(") && !text.StartsWith("\\\\["))
                return false;
            var end = text[..Math.Min(text.Length, Longest)].IndexOf(text[2] == '(' ? "\\\\)" : "\\\\]");
            return end > 3 && Add(processor, ref slice, end + 3, 3, isDisplay: text[2] == '[');
        }

        private static bool Add(InlineProcessor processor, ref StringSlice slice, int length, int mark, bool isDisplay = true)
        {
            var begin = processor.GetSourcePosition(slice.Start, out var line, out var column);
            var formula = new MathInline
            {
                Delimiter = '$',
                DelimiterCount = isDisplay ? 2 : 1,
                Content = new StringSlice(slice.Text, slice.Start + mark, slice.Start + length - mark - 1),
                Span = new SourceSpan(begin, processor.GetSourcePosition(slice.Start + length - 1)),
                Line = line,
                Column = column,
            };
            formula.GetAttributes().AddClass(MathClass);
            processor.Inline = formula;
            slice.Start += length;
            return true;
        }
    }
}
