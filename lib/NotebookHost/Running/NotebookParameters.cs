using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NotebookHost.Notebook;

namespace NotebookHost.Running;

/// <summary>
/// The variables that a notebook lets be set from outside, papermill's way: those declared in its cell tagged <c>parameters</c>. Values given are assigned by a
/// cell tagged <c>injected-parameters</c> right after it, so the notebook keeps its defaults and shows what it ran with.
/// </summary>
internal sealed class NotebookParameters
{
    private const string Tag = "parameters";
    private const string InjectedTag = "injected-parameters";
    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    private readonly NotebookDocument _document;
    private readonly CodeCell? _cell;
    private readonly Dictionary<string, (string Type, string Default)> _declared = [];

    /// <summary>Reads the parameters that the notebook declares; there may be none.</summary>
    public NotebookParameters(NotebookDocument document)
    {
        _document = document;
        _cell = document.Cells.OfType<CodeCell>().FirstOrDefault(cell => cell.Tags.Contains(Tag));
        if (_cell is null)
            return;
        var root = CSharpSyntaxTree.ParseText(_cell.Source, ParseOptions).GetCompilationUnitRoot();
        foreach (var declaration in root.Members.OfType<FieldDeclarationSyntax>().Select(field => field.Declaration))
        {
            foreach (var variable in declaration.Variables)
                _declared[variable.Identifier.ValueText] = (TypeOf(declaration.Type, variable.Initializer?.Value), variable.Initializer?.Value.ToString() ?? "");
        }
    }

    /// <summary>The names that can be set.</summary>
    public IReadOnlyCollection<string> Names => _declared.Keys;

    /// <summary>Checks values before anything runs; names that this notebook does not declare are passed over.</summary>
    /// <exception cref="RunException">A value does not fit its variable's type.</exception>
    public void Check(IReadOnlyDictionary<string, string> given) => _ = Literals(given);

    /// <summary>Adds the cell that assigns the values, in place of one from an earlier run.</summary>
    /// <param name="given">Name → value as typed by the user; names that this notebook does not declare are passed over.</param>
    /// <returns>Every parameter with the value it will have.</returns>
    /// <exception cref="RunException">A value does not fit its variable's type.</exception>
    public JsonObject Inject(IReadOnlyDictionary<string, string> given)
    {
        Withdraw();
        var assigned = Literals(given);
        if (assigned.Count > 0)
        {
            var source = string.Join('\n', assigned.Select(pair => $"{pair.Key} = {pair.Value};").Prepend("// Parameters"));
            _document.Cells.Insert(_document.Cells.IndexOf(_cell!) + 1, new CodeCell { Id = InjectedTag, Source = source, Metadata = new JsonObject { ["tags"] = new JsonArray(InjectedTag) } });
        }

        var values = new JsonObject();
        foreach (var (name, declared) in _declared)
            values[name] = Readable(assigned.GetValueOrDefault(name, declared.Default));
        return values;
    }

    /// <summary>Takes the cell that assigns values out again.</summary>
    public void Withdraw() => _document.Cells.RemoveAll(cell => cell.Tags.Contains(InjectedTag));

    private Dictionary<string, string> Literals(IReadOnlyDictionary<string, string> given) =>
        given.Where(pair => _declared.ContainsKey(pair.Key)).ToDictionary(pair => pair.Key, pair => Literal(pair.Key, _declared[pair.Key].Type, pair.Value));

    /// <summary>The declared type, or for <c>var</c> the type of the literal it starts with; empty when it is not one of those that can be typed on a command line.</summary>
    private static string TypeOf(TypeSyntax type, ExpressionSyntax? value)
    {
        var declared = type is NullableTypeSyntax nullable ? nullable.ElementType : type;
        if (declared is PredefinedTypeSyntax predefined)
            return predefined.Keyword.ValueText;
        if (!declared.IsVar)
            return "";
        var literal = value is PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.UnaryMinusExpression } negative ? negative.Operand : value;
        return (literal as LiteralExpressionSyntax)?.Token.Value switch
        {
            string => "string",
            bool => "bool",
            int => "int",
            long => "long",
            double => "double",
            float => "float",
            decimal => "decimal",
            _ => "",
        };
    }

    private static string Literal(string name, string type, string value)
    {
        var literal = type switch
        {
            "string" => SymbolDisplay.FormatLiteral(value, quote: true),
            "bool" when bool.TryParse(value, out var truth) => truth ? "true" : "false",
            "int" when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number.ToString(CultureInfo.InvariantCulture),
            "long" when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number.ToString(CultureInfo.InvariantCulture) + "L",
            "double" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number.ToString("R", CultureInfo.InvariantCulture) + "d",
            "float" when float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number) => number.ToString("R", CultureInfo.InvariantCulture) + "f",
            "decimal" when decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) => number.ToString(CultureInfo.InvariantCulture) + "m",
            _ => null,
        };
        return literal ?? throw new RunException(type.Length == 0
            ? $"The parameter {name} cannot be given on the command line: declare it as string, bool, int, long, float, double or decimal."
            : $"The parameter {name} is declared as {type}; '{value}' is no {type}.");
    }

    /// <summary>A literal's value for the notebook's metadata; other expressions stay as written.</summary>
    private static JsonNode? Readable(string expression) => SyntaxFactory.ParseExpression(expression) switch
    {
        LiteralExpressionSyntax literal => JsonSerializer.SerializeToNode(literal.Token.Value),
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.UnaryMinusExpression, Operand: LiteralExpressionSyntax } => JsonNode.Parse(expression.TrimEnd('d', 'f', 'm', 'L')),
        _ => expression,
    };
}
