using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NotebookHost.Engine;
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

    /// <summary>What cells are compiled against. The references are this class's own: symbols of cells that are compiled meanwhile must not mix with these.</summary>
    private static readonly Lazy<List<PortableExecutableReference>> References = new(() =>
    [
        .. FrameworkAssemblies.References.Select(reference => reference.FilePath!)
            .Concat(NotebookLoadContext.Shared.Select(assembly => assembly.Location))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    private readonly NotebookDocument _document;
    private readonly Dictionary<string, Declaration> _declared = [];

    /// <summary>A variable as it is declared.</summary>
    /// <param name="Type">Its type; <c>null</c> when values of it cannot be typed on a command line.</param>
    /// <param name="Default">What it starts with; empty for nothing.</param>
    /// <param name="Redeclare">What stands before the name where it cannot be assigned: a constant is declared again, and later cells see the later one.</param>
    private sealed record Declaration(ParameterType? Type, string Default, string Redeclare);

    /// <summary>Reads the parameters that the notebook declares; there may be none.</summary>
    public NotebookParameters(NotebookDocument document)
    {
        _document = document;
        Cell = document.Cells.OfType<CodeCell>().FirstOrDefault(cell => cell.Tags.Contains(Tag));
        if (Cell is null)
            return;
        var tree = CSharpSyntaxTree.ParseText(Cell.Source, ParseOptions);
        var root = tree.GetCompilationUnitRoot();
        var model = new Lazy<SemanticModel>(() => Compile(tree));
        foreach (var field in root.Members.OfType<FieldDeclarationSyntax>())
        {
            var isFixed = field.Modifiers.Any(modifier => modifier.Kind() is SyntaxKind.ConstKeyword or SyntaxKind.ReadOnlyKeyword);
            var redeclare = isFixed ? $"{field.Modifiers} {field.Declaration.Type} " : "";
            foreach (var variable in field.Declaration.Variables)
            {
                var value = variable.Initializer?.Value;
                var type = ParameterType.Of(field.Declaration.Type, value, () => (model.Value.GetDeclaredSymbol(variable) as IFieldSymbol)?.Type);
                _declared[variable.Identifier.ValueText] = new Declaration(type, value?.ToString() ?? "", redeclare);
            }
        }
    }

    /// <summary>The cell that declares them, or <c>null</c>.</summary>
    public CodeCell? Cell { get; }

    /// <summary>The names that can be set.</summary>
    public IReadOnlyCollection<string> Names => _declared.Keys;

    /// <summary>The cell that <see cref="Inject"/> added, or <c>null</c>.</summary>
    public CodeCell? Injected { get; private set; }

    /// <summary>What to say of the first name that nobody declares, in sentences; null when there is none.</summary>
    /// <param name="given">The names given.</param>
    /// <param name="declared">Those declared.</param>
    /// <param name="where">What declares them, in words.</param>
    public static string? Unknown(IEnumerable<string> given, IEnumerable<string> declared, string where)
    {
        var known = declared.Distinct().Order(StringComparer.Ordinal).ToList();
        return given.FirstOrDefault(name => !known.Contains(name)) is not { } unknown ? null
            : known.Count == 0 ? $"There is no parameter {unknown}: none is declared in {where} (in a cell tagged '{Tag}')."
            : $"There is no parameter {unknown}. Declared in {where}: {string.Join(", ", known)}.";
    }

    /// <summary>Checks values before anything runs; names that this notebook does not declare are passed over.</summary>
    /// <exception cref="RunException">A value does not fit its variable's type, or the cell that declares it is skipped.</exception>
    public void Check(IReadOnlyDictionary<string, string> given) => _ = Literals(given);

    /// <summary>Adds the cell that assigns the values, in place of one from an earlier run.</summary>
    /// <param name="given">Name → value as typed by the user; names that this notebook does not declare are passed over.</param>
    /// <returns>Every parameter with the value it will have.</returns>
    /// <exception cref="RunException">A value does not fit its variable's type, or the cell that declares it is skipped.</exception>
    public JsonObject Inject(IReadOnlyDictionary<string, string> given)
    {
        Withdraw();
        var assigned = Literals(given);
        if (assigned.Count > 0)
        {
            var source = string.Join('\n', assigned.Select(pair => $"{_declared[pair.Key].Redeclare}{Identifier(pair.Key)} = {pair.Value};").Prepend("// Parameters"));
            Injected = new CodeCell { Id = InjectedTag, Source = source, Metadata = new JsonObject { ["tags"] = new JsonArray(InjectedTag) } };
            _document.Cells.Insert(_document.Cells.IndexOf(Cell!) + 1, Injected);
        }

        var values = new JsonObject();
        foreach (var (name, declared) in _declared)
            values[name] = Readable(assigned.GetValueOrDefault(name, declared.Default));
        return values;
    }

    /// <summary>Takes the cell that assigns values out again.</summary>
    public void Withdraw()
    {
        _document.Cells.RemoveAll(cell => cell.Tags.Contains(InjectedTag));
        Injected = null;
    }

    /// <summary>
    /// The cell, compiled with the imports and references that it runs with, except what <c>#r</c> and <c>#load</c> lines and the variables of earlier cells bring.
    /// </summary>
    private SemanticModel Compile(SyntaxTree tree)
    {
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            usings: CellCompiler.DefaultUsings.Concat(UsingsBefore()).Distinct(),
            nullableContextOptions: NullableContextOptions.Enable,
            assemblyIdentityComparer: DesktopAssemblyIdentityComparer.Default);
        return CSharpCompilation.CreateScriptCompilation("parameters", tree, References.Value, options).GetSemanticModel(tree);
    }

    /// <summary>What the cells before import.</summary>
    private IEnumerable<string> UsingsBefore() =>
        from cell in _document.Cells.OfType<CodeCell>().TakeWhile(earlier => earlier != Cell)
        from line in CSharpSyntaxTree.ParseText(CellText.CodeOnly(cell.Source), ParseOptions).GetCompilationUnitRoot().Usings
        where line.Alias is null
        select line.NamespaceOrType.ToString();

    /// <summary>The name as code writes it: a keyword of C# begins with @.</summary>
    private static string Identifier(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    private Dictionary<string, string> Literals(IReadOnlyDictionary<string, string> given)
    {
        var own = given.Where(pair => _declared.ContainsKey(pair.Key)).ToList();
        if (own.Count > 0 && NotebookCells.IsSkipped(Cell!))
            throw new RunException($"The parameter {own[0].Key} cannot be set: the cell that declares it is tagged '{NotebookCells.SkipTag}' and will not run. Remove that tag, or leave out the value.");
        return own.ToDictionary(pair => pair.Key, pair => Literal(pair.Key, _declared[pair.Key].Type, pair.Value));
    }

    private static string Literal(string name, ParameterType? type, string value)
    {
        if (type is null)
            throw new RunException($"The parameter {name} cannot be set on the command line. Declare it as {ParameterType.Possible}.");
        return type.Literal(value) ?? throw new RunException($"The parameter {name} is declared as {type}; '{value}' is not a valid {type}; expected {type.Description}.");
    }

    /// <summary>A literal's value for the notebook's metadata; other expressions stay as written.</summary>
    private static JsonNode? Readable(string expression) => SyntaxFactory.ParseExpression(expression) switch
    {
        LiteralExpressionSyntax literal => JsonSerializer.SerializeToNode(literal.Token.Value),
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.UnaryMinusExpression, Operand: LiteralExpressionSyntax { Token.Value: not null } negated } =>
            JsonNode.Parse("-" + JsonSerializer.SerializeToNode(negated.Token.Value)!.ToJsonString()),
        _ => expression,
    };
}
