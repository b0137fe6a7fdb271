using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>Compiles cells as a chain of C# script submissions.</summary>
internal sealed class CellCompiler
{
    /// <summary>What .NET Interactive imports, no more: a notebook written here must run there. The last two bring <c>display</c> and the like.</summary>
    public static IReadOnlyList<string> DefaultUsings { get; } =
    [
        "System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks", "System.Linq", typeof(Formatter).Namespace!,
        typeof(CellFunctions).FullName!, typeof(DisplayExtensions).FullName!,
    ];

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, DocumentationMode.None, SourceCodeKind.Script);

    private readonly CellReferences _references;
    private readonly CellDirectives _directives;
    private readonly CSharpCompilationOptions _options;
    private CSharpCompilation? _warm;
    private CSharpCompilation? _previous;
    private int _slots;

    public CellCompiler(CellSources sources, CellReferences references)
    {
        _references = references;
        _directives = new CellDirectives(sources, references, ParseOptions);
        _options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release,
            allowUnsafe: true, // as C# scripts and .NET Interactive do
            nullableContextOptions: NullableContextOptions.Enable,
            sourceReferenceResolver: sources,
            metadataReferenceResolver: references,
            assemblyIdentityComparer: DesktopAssemblyIdentityComparer.Default);
    }

    /// <summary>The last cell that compiled, with those before it.</summary>
    public CSharpCompilation? Last => _previous;

    /// <summary>How the next cell is compiled.</summary>
    public CellSettings NextCell => new(ParseOptions, Options, _references.All);

    private CSharpCompilationOptions Options => _options.WithScriptClassName($"Submission#{_slots}").WithUsings(_previous is null ? DefaultUsings : []);

    /// <summary>
    /// Compiles something for the first time. It is kept: the cells then take over its symbols of the framework. Were it compiled beside the first cell, or collected, cells could
    /// get two sets of them, and what one cell names would be of another type in the next.
    /// </summary>
    public void WarmUp()
    {
        _warm = CSharpCompilation.CreateScriptCompilation("warm-up", CSharpSyntaxTree.ParseText("1 + 1", ParseOptions), _references.All, Options, returnType: typeof(object));
        _warm.Emit(Stream.Null);
    }

    /// <summary>Compiles the next cell. Only one that compiles becomes part of the chain.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="name">What errors and stack traces call it.</param>
    /// <param name="cancellationToken">Gives up compiling.</param>
    /// <exception cref="CellErrorException">The cell has errors.</exception>
    public async Task<CompiledCell> Compile(SourceText text, string name, CancellationToken cancellationToken)
    {
        var parsed = CSharpSyntaxTree.ParseText(text, ParseOptions, name, cancellationToken);
        var written = await _directives.Follow(parsed, cancellationToken).ConfigureAwait(false);

        using var assembly = new MemoryStream();
        using var symbols = new MemoryStream();
        var tree = LoopPasses.Insert(written);
        var (compilation, emitted) = Emit();
        if (ErrorsOf(emitted).Count > 0 && tree != written)
        {
            tree = written; // errors are told about the code as it was written
            (compilation, emitted) = Emit();
        }
        if (ErrorsOf(emitted) is { Count: > 0 } errors)
            throw new CellErrorException(ErrorText.OfDiagnostics(errors));

        _previous = compilation;
        if (!emitted.Success)
            return CompiledCell.Nothing; // comments and using directives only: no code, no error
        _slots++;
        var entryPoint = compilation.GetEntryPoint(cancellationToken)!;
        return new CompiledCell(assembly.ToArray(), symbols.ToArray(), entryPoint.ContainingType.MetadataName, entryPoint.MetadataName, _slots, HasResult(compilation, tree));

        (CSharpCompilation Compilation, EmitResult Emitted) Emit()
        {
            assembly.SetLength(0);
            symbols.SetLength(0);
            var compilation = CSharpCompilation.CreateScriptCompilation(
                $"notebook {_slots}", tree, _references.All, Options, _previous, returnType: typeof(object));
            var options = new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb);
            return (compilation, compilation.Emit(assembly, symbols, options: options, cancellationToken: cancellationToken));
        }
    }

    private static List<Diagnostic> ErrorsOf(EmitResult emitted) => [.. emitted.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];

    /// <summary>The cell's value is its last expression when no semicolon follows it, or what it returns.</summary>
    private static bool HasResult(CSharpCompilation compilation, SyntaxTree tree)
    {
        var root = tree.GetCompilationUnitRoot();
        if (root.DescendantNodes(IsPartOfCell).Any(node => node is ReturnStatementSyntax { Expression: not null }))
            return true;
        return root.Members.LastOrDefault() is GlobalStatementSyntax { Statement: ExpressionStatementSyntax { SemicolonToken.IsMissing: true } statement }
            && compilation.GetSemanticModel(tree).GetTypeInfo(statement.Expression).ConvertedType?.SpecialType != SpecialType.System_Void;
    }

    /// <summary>Not a function or a type within it.</summary>
    private static bool IsPartOfCell(SyntaxNode node) => node is CompilationUnitSyntax or GlobalStatementSyntax
        or (StatementSyntax and not LocalFunctionStatementSyntax) or ElseClauseSyntax or CatchClauseSyntax or FinallyClauseSyntax or SwitchSectionSyntax;
}
