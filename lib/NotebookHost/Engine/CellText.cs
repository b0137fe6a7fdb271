using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace NotebookHost.Engine;

/// <summary>A cell taken apart at its magic commands. They are .NET Interactive's, so that its C# notebooks run here.</summary>
internal sealed partial class CellText
{
    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, DocumentationMode.None, SourceCodeKind.Script);

    private readonly string _code;
    private readonly string _name;
    private readonly List<CellPart> _parts = [];
    private readonly StringBuilder _segment = new();
    private string? _language;
    private int _segmentStart;

    private CellText(string code, string name, string? language) => (_code, _name, _language) = (code, name, language);

    /// <summary>What runs or is shown, in this order.</summary>
    public IReadOnlyList<CellPart> Parts => _parts;

    /// <summary>Whether the cell shall say how long it took.</summary>
    public bool IsTimed { get; private set; }

    /// <summary>Takes a cell apart.</summary>
    /// <param name="code">The cell.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="language">The language that the cell is marked with; <c>null</c> for one that is not known.</param>
    /// <exception cref="CellErrorException">A magic command cannot be followed.</exception>
    public static CellText Parse(string code, string name, string? language = CellLanguage.CSharp)
    {
        var text = new CellText(code, name, language);
        text.Parse();
        return text;
    }

    /// <summary>The cell's C# alone: all else is blank, and every character stands where it stood.</summary>
    public static string CodeOnly(string code)
    {
        var only = new StringBuilder(code);
        var language = CellLanguage.CSharp;
        for (var position = 0; position < code.Length;)
        {
            var magic = NextMagic(code, position, language);
            if (language != CellLanguage.CSharp)
                Blank(only, position, magic?.Start ?? code.Length);
            if (magic is null)
                break;
            Blank(only, magic.Start, magic.End);
            language = magic.IsLanguage(out var next) ? next : language;
            position = magic.End;
        }
        return only.ToString();
    }

    private void Parse()
    {
        var position = 0;
        for (; NextMagic(_code, position, _language) is { } magic; position = magic.End)
        {
            _segment.Append(_code, position, magic.Start - position);
            if (!magic.IsKnown)
                throw Error(magic, magic.Refusal);
            Follow(magic);
        }
        _segment.Append(_code, position, _code.Length - position);
        Close(_code.Length);
    }

    private void Follow(MagicCommand magic)
    {
        if (magic.IsLanguage(out var language))
        {
            Close(magic.End);
            _language = language;
            return;
        }
        switch (magic.Name.ToLowerInvariant())
        {
            case "import":
                Close(magic.End);
                _parts.Add(new ImportPart(magic.Operand ?? throw Error(magic, "#!import names no file. Write #!import \"file.ipynb\"."), LineOf(magic.Start)));
                break;
            case "time":
                IsTimed = true;
                break;
            case "set":
                AddAlone(magic, Set(magic));
                break;
            case "share":
                AddAlone(magic, Share(magic));
                break;
            default:
                Close(magic.End);
                _parts.Add(new TellingPart(magic));
                break;
        }
    }

    /// <summary>Code that stands for a magic command is a part of its own, so that a <c>using</c> may follow it.</summary>
    private void AddAlone(MagicCommand magic, string code)
    {
        Close(magic.Start);
        _segment.Append(code);
        Close(magic.End);
    }

    /// <summary>Ends the stretch that was being read; the next begins at <paramref name="next"/>.</summary>
    private void Close(int next)
    {
        var segment = _segment.ToString();
        if (!string.IsNullOrWhiteSpace(segment) || (_language == CellLanguage.CSharp && _parts.Count == 0 && next == _code.Length))
        {
            _parts.Add(_language switch
            {
                CellLanguage.CSharp => new CodePart(Blank(_code[.._segmentStart]) + segment),
                _ when CellLanguage.IsServed(_language) => new ShownPart(_language, segment.TrimStart('\r', '\n')),
                _ => new ForeignPart(_language, LineOf(_segmentStart)),
            });
        }
        _segment.Clear();
        _segmentStart = next;
    }

    /// <summary><c>#!set --name x --value …</c>: a text, another variable or the user's answer.</summary>
    private string Set(MagicCommand magic)
    {
        RefuseOthers(magic, "--name", "--value");
        var name = magic.Option("--name") ?? throw Error(magic, "#!set names no variable. Write #!set --name x --value @csharp:y.");
        var value = magic.Option("--value") ?? throw Error(magic, "#!set has no --value, the only source of a value in this host.");
        if (Input().Match(value) is { Success: true } input)
            return $"var {name} = await GetInputAsync({SymbolDisplay.FormatLiteral(input.Groups["prompt"].Value, quote: true)});";
        if (Reference().Match(value) is { Success: true } variable && CellLanguage.Find(variable.Groups["kernel"].Value) is not null)
            return Declare(magic, name, variable.Groups["kernel"].Value, variable.Groups["name"].Value);
        return !value.StartsWith('@')
            ? $"var {name} = {SymbolDisplay.FormatLiteral(value, quote: true)};"
            : throw Error(magic, $"This host does not know where {value} comes from. #!set takes a text, @csharp:variable or @input:\"a question\"; read a file in C#.");
    }

    /// <summary><c>#!share --from csharp x --as y</c>.</summary>
    private string Share(MagicCommand magic)
    {
        RefuseOthers(magic, "--from", "--as");
        var variable = magic.Operand ?? throw Error(magic, "#!share names no variable. Write #!share --from csharp x --as y.");
        return Declare(magic, magic.Option("--as") ?? variable, magic.Option("--from") ?? "csharp", variable);
    }

    /// <summary>An option that this host does not know could change what the variable holds.</summary>
    private void RefuseOthers(MagicCommand magic, params string[] options)
    {
        switch (magic.OptionOtherThan(options))
        {
            case null:
                break;
            case "--mime-type":
                throw Error(magic, $"#!{magic.Name} takes the value itself here; leave out --mime-type, and format the value in C#.");
            case var other:
                throw Error(magic, $"#!{magic.Name} has no option {other} here; expected {string.Join(" or ", options)}.");
        }
    }

    private string Declare(MagicCommand magic, string name, string kernel, string variable)
    {
        if (CellLanguage.Find(kernel) is not CellLanguage.CSharp)
            throw Error(magic, $"This host runs only C#; it has no variables of {CellLanguage.Find(kernel) ?? kernel}.");
        return name == variable ? "" : $"var {name} = {variable};";
    }

    /// <summary>The next magic command. In C# one that stands in a string, a comment or a part that is switched off is none.</summary>
    private static MagicCommand? NextMagic(string code, int start, string? language)
    {
        if (code.IndexOf("#!", start, StringComparison.Ordinal) < 0)
            return null;
        return language == CellLanguage.CSharp
            ? DirectivesIn(code, start).Select(at => MagicCommand.At(code, LineStart(code, at))).FirstOrDefault(magic => magic is not null)
            : LinesIn(code, start).Select(at => MagicCommand.At(code, at)).FirstOrDefault(magic => magic is { IsKnown: true });
    }

    private static IEnumerable<int> DirectivesIn(string code, int start) =>
        from token in SyntaxFactory.ParseTokens(code, offset: start, initialTokenPosition: start, options: ParseOptions)
        from trivia in token.LeadingTrivia
        where trivia.IsDirective && ((DirectiveTriviaSyntax)trivia.GetStructure()!).IsActive
        select trivia.SpanStart;

    private static IEnumerable<int> LinesIn(string code, int start)
    {
        for (var line = start == 0 ? 0 : NextLine(start); line >= 0; line = NextLine(line))
            yield return line;

        int NextLine(int position) => code.IndexOf('\n', position) is >= 0 and var end ? end + 1 : -1;
    }

    private static int LineStart(string code, int position) => position == 0 ? 0 : code.LastIndexOf('\n', position - 1) + 1;

    private int LineOf(int position) => _code.AsSpan(0, position).Count('\n');

    private static string Blank(string text)
    {
        var blank = new StringBuilder(text);
        Blank(blank, 0, text.Length);
        return blank.ToString();
    }

    private static void Blank(StringBuilder text, int start, int end)
    {
        for (var at = start; at < end; at++)
            text[at] = text[at] is '\n' or '\r' ? text[at] : ' ';
    }

    private CellErrorException Error(MagicCommand magic, string message) =>
        new(ErrorText.OfLine(SourceText.From(_code), _name, TextSpan.FromBounds(magic.Start, magic.End), message));

    [GeneratedRegex(@"^@(?<kernel>[\w#+.-]+):(?<name>\w+)$")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^@input(?::(?<prompt>.*))?$", RegexOptions.Singleline)]
    private static partial Regex Input();
}
