using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Completion;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.Tags;
using Microsoft.CodeAnalysis.Text;
using NotebookHost.Engine;

namespace NotebookHost.Assistance;

/// <summary>The notebook as an editor sees it: each cell that compiled is a script that follows the one before, and the cell being written comes last.</summary>
internal sealed class CellWorkspace(CSharpEngine engine) : IDisposable
{
    /// <summary>At most this many names where nothing is typed yet; editors take seconds over thousands. Members after a dot are all shown.</summary>
    public const int MostOfScope = 300;

    private readonly Lock _lock = new();
    private readonly Lazy<AdhocWorkspace> _workspace = new(static () => new AdhocWorkspace(MefHostServices.DefaultHost));
    private readonly List<CSharpCompilation> _cells = [];
    private Solution? _solution;
    private ProjectId? _last;

    /// <summary>What could stand at a position of a cell.</summary>
    /// <param name="Matches">The names, those first that fit the place best.</param>
    /// <param name="Start">Where the text that they replace begins.</param>
    /// <param name="End">Where it ends.</param>
    internal sealed record Completions(IReadOnlyList<Match> Matches, int Start, int End);

    /// <summary>One of them.</summary>
    /// <param name="Text">What to insert.</param>
    /// <param name="Kind">What it is, in the words of front ends: <c>function</c>, <c>property</c>, <c>class</c>, …</param>
    internal sealed record Match(string Text, string Kind);

    /// <summary>The cell being written, as a document whose meaning is known. From any thread.</summary>
    public Document Open(string code)
    {
        lock (_lock)
        {
            FollowEngine();
            var id = Add(ref _solution!, engine.NextCell, "cell being written", SourceText.From(CellText.CodeOnly(code)), keep: false, out var solution);
            return solution.GetDocument(id)!;
        }
    }

    /// <summary>Completes the name at the position.</summary>
    public async Task<Completions> Complete(string code, int position)
    {
        var document = Open(code);
        var list = await CompletionService.GetService(document)!.GetCompletionsAsync(document, position).ConfigureAwait(false);
        var typed = code[list.Span.Start..position];
        var isCut = typed.Length == 0 && !await IsAfterDot(document, list.Span.Start).ConfigureAwait(false);
        var own = isCut ? await OwnNames(document).ConfigureAwait(false) : [];
        var matches = list.ItemsList
            .Where(item => item.FilterText.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(item => item.FilterText.StartsWith(typed, StringComparison.Ordinal))
            .ThenByDescending(IsNamedArgument)
            .ThenByDescending(item => isCut && IsOfNotebook(item, own))
            .ThenByDescending(item => item.Rules.MatchPriority) // the compiler's: variables, then methods, types and keywords
            .Select(item => new Match(TextOf(item), KindOf(item)))
            .DistinctBy(match => match.Text)
            .Take(isCut ? MostOfScope : int.MaxValue);
        return new Completions([.. matches], list.Span.Start, list.Span.End);
    }

    /// <summary>The parameters of the call around the place, as <c>name:</c>.</summary>
    private static bool IsNamedArgument(CompletionItem item) => item.DisplayTextSuffix == ":";

    private static string TextOf(CompletionItem item) =>
        item.Properties.GetValueOrDefault("InsertionText") ?? (IsNamedArgument(item) ? item.DisplayText + item.DisplayTextSuffix : item.DisplayText);

    /// <summary>Variables, keywords and what the notebook brought itself, against the hundreds of methods that one <c>using static</c> can bring.</summary>
    private static bool IsOfNotebook(CompletionItem item, HashSet<string> own) =>
        own.Contains(item.DisplayText) || item.Tags.Intersect([WellKnownTags.Local, WellKnownTags.Parameter, WellKnownTags.RangeVariable, WellKnownTags.Keyword]).Any();

    /// <summary>The names that the cells declare, and the types of what their <c>using</c> lines name.</summary>
    private static async Task<HashSet<string>> OwnNames(Document document)
    {
        var names = new HashSet<string>();
        var compilation = (CSharpCompilation?)await document.Project.GetCompilationAsync().ConfigureAwait(false);
        for (; compilation is not null; compilation = compilation.ScriptCompilationInfo!.PreviousScriptCompilation)
        {
            names.UnionWith(compilation.ScriptClass!.MemberNames);
            names.UnionWith(
                from tree in compilation.SyntaxTrees
                where !Path.IsPathRooted(tree.FilePath) // what a loaded file imports stays in it
                let model = compilation.GetSemanticModel(tree)
                from line in tree.GetCompilationUnitRoot().Usings
                let imported = model.GetSymbolInfo(line.NamespaceOrType).Symbol as INamespaceOrTypeSymbol
                where imported is not null
                from type in imported.GetTypeMembers()
                select type.Name);
        }
        return names;
    }

    private static async Task<bool> IsAfterDot(Document document, int place)
    {
        var token = (await document.GetSyntaxRootAsync().ConfigureAwait(false))!.FindToken(place);
        return (token.SpanStart < place ? token : token.GetPreviousToken()).IsKind(SyntaxKind.DotToken);
    }

    private static string KindOf(CompletionItem item) => item.Tags.FirstOrDefault("") switch
    {
        WellKnownTags.Method or WellKnownTags.ExtensionMethod => "function",
        var tag => tag.ToLowerInvariant(),
    };

    public void Dispose()
    {
        if (_workspace.IsValueCreated)
            _workspace.Value.Dispose();
    }

    /// <summary>Adds the cells that have compiled since the last time.</summary>
    private void FollowEngine()
    {
        _solution ??= _workspace.Value.CurrentSolution;
        var news = new Stack<CSharpCompilation>();
        for (var cell = engine.LastCompiled; cell is not null && (_cells.Count == 0 || cell != _cells[^1]); cell = cell.ScriptCompilationInfo!.PreviousScriptCompilation)
            news.Push(cell);
        foreach (var cell in news)
        {
            var tree = cell.SyntaxTrees.Single(tree => !Path.IsPathRooted(tree.FilePath)); // loaded files have rooted paths
            var settings = new CellSettings((CSharpParseOptions)tree.Options, cell.Options, [.. cell.ExternalReferences]);
            Add(ref _solution, settings, tree.FilePath, tree.GetText(), keep: true, out _);
            _cells.Add(cell);
        }
    }

    private DocumentId Add(ref Solution current, CellSettings settings, string name, SourceText text, bool keep, out Solution solution)
    {
        var project = ProjectInfo.Create(
            ProjectId.CreateNewId(), VersionStamp.Create(), name, name, LanguageNames.CSharp,
            parseOptions: settings.Parsing.WithDocumentationMode(DocumentationMode.Parse),
            compilationOptions: settings.Compilation,
            metadataReferences: settings.References,
            projectReferences: _last is null ? [] : [new ProjectReference(_last)],
            isSubmission: true);
        var id = DocumentId.CreateNewId(project.Id);
        solution = current.AddProject(project).AddDocument(DocumentInfo.Create(id, name, loader: TextLoader.From(TextAndVersion.Create(text, VersionStamp.Create())), sourceCodeKind: SourceCodeKind.Script));
        if (keep)
            (current, _last) = (solution, project.Id);
        return id;
    }
}
