using System.Net;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Publishing;

/// <summary>The pages of several notebooks in one folder, and the index over them, which exists from the start and grows as notebooks finish.</summary>
internal sealed class NotebookSite
{
    private readonly string _folder;
    private readonly List<NotebookPage> _pages = [];
    private readonly List<(string Title, string Reason)> _left = [];
    private readonly List<string> _waiting;

    /// <param name="folder">Where the pages go; nothing is written elsewhere.</param>
    /// <param name="names">The names of all notebooks to come.</param>
    /// <exception cref="RunException">Two notebooks' pages would have the same name.</exception>
    public NotebookSite(string folder, IEnumerable<string> names)
    {
        _folder = Path.GetFullPath(folder);
        _waiting = [.. names];
        foreach (var same in _waiting.GroupBy(NotebookPage.FileNameOf, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1))
            throw new RunException($"The pages of {string.Join(" and ", same.Select(name => name + ".ipynb"))} would have the same name, {same.Key}. Rename one of the notebooks.");
    }

    /// <summary>The file that leads to all pages.</summary>
    public string Index => Path.Combine(_folder, IndexPage.FileName);

    /// <summary>Writes the page of a notebook that has ended, well or not, and the index with it.</summary>
    /// <param name="name">The name of the notebook's file, without ending.</param>
    /// <param name="document">The notebook with its outputs.</param>
    /// <param name="source">The notebook's folder, in which the pictures are that its text names; null when there is none.</param>
    /// <param name="limit">How long the page may take to make; <see cref="TimeLimit.OfPage"/> when null.</param>
    /// <param name="interrupt">Gives the page up; nothing of it is written.</param>
    /// <returns>Null, or why in place of the page there is one that only says so.</returns>
    /// <exception cref="OperationCanceledException">The page was given up by an interrupt.</exception>
    public string? Write(string name, NotebookDocument document, string? source = null, TimeSpan? limit = null, CancellationToken interrupt = default)
    {
        var time = limit ?? TimeLimit.OfPage;
        var made = TimeLimit.Try(time, () => new NotebookPage(name, document, source) is var page ? Tuple.Create(page, page.ToHtml()) : null, interrupt);
        if (made is null)
        {
            var reason = FormattableString.Invariant($"making its page took longer than {time.TotalSeconds} s and was abandoned");
            AtomicFile.WriteText(Path.Combine(_folder, NotebookPage.FileNameOf(name)), PageFrame.Around(name, $"<main class=\"index\">\n<h1>{WebUtility.HtmlEncode(name)}</h1>\n<p>{reason}</p>\n</main>"));
            Leave(name, name, reason);
            return reason;
        }

        AtomicFile.WriteText(Path.Combine(_folder, made.Item1.FileName), made.Item2);
        _pages.Add(made.Item1);
        Done(name);
        return null;
    }

    /// <summary>Notes a notebook that has no page.</summary>
    /// <param name="name">The name of the notebook's file, without ending.</param>
    /// <param name="document">The notebook, whose title names it.</param>
    /// <param name="reason">Why, as half a sentence.</param>
    public void Leave(string name, NotebookDocument document, string reason) =>
        Leave(name, TimeLimit.Try(TimeLimit.OfPage, () => new NotebookPage(name, document).Title) ?? name, reason);

    /// <summary>Writes the page over all notebooks, with those that are still to come.</summary>
    public void WriteIndex()
    {
        Directory.CreateDirectory(_folder);
        AtomicFile.WriteText(Index, IndexPage.ToHtml(_pages, _left, _waiting));
    }

    /// <summary>Notes a notebook that has no page, under a title.</summary>
    public void Leave(string name, string title, string reason)
    {
        _left.Add((title, reason));
        Done(name);
    }

    private void Done(string name)
    {
        _waiting.Remove(name);
        WriteIndex();
    }
}
