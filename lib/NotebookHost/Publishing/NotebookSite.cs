using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Publishing;

/// <summary>The pages of several notebooks in one folder, and the index over them.</summary>
internal sealed class NotebookSite
{
    private readonly string _folder;
    private readonly List<NotebookPage> _pages = [];
    private readonly List<(string Title, string Reason)> _left = [];

    /// <param name="folder">Where the pages go; nothing is written elsewhere.</param>
    /// <param name="names">The names of all notebooks to come.</param>
    /// <exception cref="RunException">A notebook's page would have the name of the index.</exception>
    public NotebookSite(string folder, IEnumerable<string> names)
    {
        _folder = Path.GetFullPath(folder);
        foreach (var name in names.Where(name => IndexPage.FileName.Equals(name + ".html", StringComparison.OrdinalIgnoreCase)))
            throw new RunException($"The page of {name}.ipynb would have the name of the page over all notebooks, {IndexPage.FileName}. Give the notebook another name.");
    }

    /// <summary>The file that leads to all pages.</summary>
    public string Index => Path.Combine(_folder, IndexPage.FileName);

    /// <summary>Writes the page of a notebook that has ended, well or not.</summary>
    public void Write(string name, NotebookDocument document)
    {
        var page = new NotebookPage(name, document);
        AtomicFile.WriteText(Path.Combine(_folder, page.FileName), page.ToHtml());
        _pages.Add(page);
    }

    /// <summary>Notes a notebook that was to run and did not begin.</summary>
    public void Leave(string name, NotebookDocument document, string reason) => _left.Add((new NotebookPage(name, document).Title, reason));

    /// <summary>Writes the page over all notebooks.</summary>
    public void WriteIndex() => AtomicFile.WriteText(Index, IndexPage.ToHtml(_pages, _left));
}
