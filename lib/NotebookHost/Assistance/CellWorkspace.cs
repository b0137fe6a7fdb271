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
    /// <summary>So many names of a scope are shown: an editor takes seconds over the thousands that a library brings into it. Members after a dot are all shown.</summary>
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
        var matches = list.ItemsList
            .Where(item => item.FilterText.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(item => item.FilterText.StartsWith(typed, StringComparison.Ordinal))
            .ThenByDescending(IsNamedArgument)
            .ThenByDescending(item => item.Rules.MatchPriority) // the compiler's: variables, then methods, types and keywords
            .Select(item => new Match(TextOf(item), KindOf(item)))
            .DistinctBy(match => match.Text)
            .Take(IsAfterDot(code, list.Span.Start) ? int.MaxValue : MostOfScope);
        return new Completions([.. matches], list.Span.Start, list.Span.End);
    }

    /// <summary>The parameters of the call around the place, as <c>name:</c>.</summary>
    private static bool IsNamedArgument(CompletionItem item) => item.DisplayTextSuffix == ":";

    private static string TextOf(CompletionItem item) =>
        item.Properties.GetValueOrDefault("InsertionText") ?? (IsNamedArgument(item) ? item.DisplayText + item.DisplayTextSuffix : item.DisplayText);

    private static bool IsAfterDot(string code, int place) => code.AsSpan(0, place).TrimEnd().EndsWith('.');

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
