using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>
/// Runs notebooks up to their cell tagged <c>preflight</c>, which loads what all later cells need, so that a data set that is not there is found before the first point and not by each of them. Points
/// share a run when they give the parameters that these cells name the same values. Nothing of it is kept.
/// </summary>
internal static class PreflightCells
{
    private const string Tag = "preflight";

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest, kind: SourceCodeKind.Script);

    /// <summary>Runs the cells of each notebook that has such a cell, once for each difference.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="points">Those that are to be run.</param>
    /// <param name="progressOf">Makes the display for a run of that name.</param>
    /// <param name="interrupt">Ends it.</param>
    /// <exception cref="RunException">A cell failed; the message has a line for each run that did.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public static async Task Check(GridFolder grid, IReadOnlyCollection<GridPoint> points, Func<string, IRunProgress> progressOf, CancellationToken interrupt)
    {
        var problems = new List<string>();
        var runs = points.GroupBy(grid.NotebookOf).SelectMany(Runs).ToList();
        foreach (var (index, (path, values, its)) in runs.Index())
        {
            var notebook = RunnableNotebook.Open(path);
            var progress = progressOf(FormattableString.Invariant($"preflight {index + 1} of {runs.Count}: {string.Join(' ', values.Select(pair => $"{pair.Key}={pair.Value}").Prepend(notebook.Name))}"));
            var outcome = await notebook.RunUpTo(LastCell(notebook)!, values, progress, GridEnvironment.Of(grid), interrupt).ConfigureAwait(false);
            if (outcome.Status == NotebookStatus.Interrupted)
                throw new OperationCanceledException(interrupt);
            if (outcome.Status != NotebookStatus.Succeeded)
                problems.Add(Preflight.Of(outcome.Error, its));
        }

        if (problems.Count > 0)
            throw new RunException(string.Join('\n', problems));
    }

    private static IEnumerable<(string Notebook, IReadOnlyDictionary<string, string> Values, IReadOnlyList<GridPoint> Points)> Runs(IGrouping<string, GridPoint> points)
    {
        var notebook = RunnableNotebook.Open(points.Key);
        if (LastCell(notebook) is not { } last)
            return [];
        var names = NamesIn(notebook, last);
        return points
            .Select(point => (Point: point, Values: new OrderedDictionary<string, string>(point.Parameters.Where(pair => names.Contains(pair.Key)))))
            .GroupBy(each => new GridPoint("", "", each.Values).Asks)
            .Select(group => (points.Key, (IReadOnlyDictionary<string, string>)group.First().Values, (IReadOnlyList<GridPoint>)[.. group.Select(each => each.Point)]));
    }

    private static CodeCell? LastCell(RunnableNotebook notebook) => notebook.Document.Cells.OfType<CodeCell>().FirstOrDefault(cell => cell.Tags.Contains(Tag));

    /// <summary>What the cells name up to the last one, but for the cell that declares the parameters.</summary>
    private static HashSet<string> NamesIn(RunnableNotebook notebook, CodeCell last) =>
    [
        .. notebook.Document.Cells.Take(notebook.Document.Cells.IndexOf(last) + 1).OfType<CodeCell>().Where(cell => cell != notebook.Parameters.Cell)
            .SelectMany(cell => CSharpSyntaxTree.ParseText(cell.Source, ParseOptions).GetRoot().DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText)),
    ];
}
