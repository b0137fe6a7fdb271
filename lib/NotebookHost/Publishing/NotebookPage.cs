using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Publishing;

/// <summary>One executed notebook as a page that needs no other file.</summary>
internal sealed class NotebookPage
{
    /// <summary>Code with more lines can be folded away.</summary>
    private const int LongCode = 30;

    private readonly NotebookPictures _pictures;
    private readonly Prose _prose;
    private readonly OutputHtml _outputs;
    private readonly NotebookDocument _document;
    private readonly string _cells;

    /// <param name="name">The name of the notebook's file, without ending.</param>
    /// <param name="document">The notebook with its outputs.</param>
    /// <param name="folder">The notebook's folder, in which the pictures are that its text names; null when there is none.</param>
    public NotebookPage(string name, NotebookDocument document, string? folder = null)
    {
        _pictures = new NotebookPictures(folder);
        var safe = new SafeHtml(_pictures);
        (Name, _document, _prose, _outputs, Run) = (name, document, new Prose(safe), new OutputHtml(safe), new RunRecord(document));
        _cells = _pictures.Fill(string.Concat(document.Cells.Select(Html)));
        VerdictHtml = _pictures.Fill(_outputs.Of([.. Finding.OutputsOfVerdicts(document)]));
        Findings = [.. Finding.In(name, document)];
    }

    /// <summary>The name of the notebook's file, without ending.</summary>
    public string Name { get; }

    /// <summary>The name of the page's file.</summary>
    public string FileName => FileNameOf(Name);

    /// <summary>The name of the page's file for a notebook's; that of a notebook called index gives way to the index over all.</summary>
    /// <param name="name">The name of the notebook's file, without ending.</param>
    public static string FileNameOf(string name) => name + (IndexPage.FileName.Equals(name + ".html", StringComparison.OrdinalIgnoreCase) ? "-notebook.html" : ".html");

    /// <summary>The page's file as a link names it.</summary>
    public string Address => Uri.EscapeDataString(FileName);

    /// <summary>How the notebook was run.</summary>
    public RunRecord Run { get; }

    /// <summary>The notebook's first heading, else the name of its file.</summary>
    public string Title => _prose.Title is { Length: > 0 } title ? title : Name;

    /// <summary>The first paragraph after the title as HTML for another page; may be empty.</summary>
    public string AbstractHtml
    {
        get
        {
            if (_prose.Abstract is null)
                return "";
            var words = (IElement)_prose.Abstract.Clone();
            foreach (var element in words.QuerySelectorAll("[id]"))
                element.RemoveAttribute("id");
            foreach (var link in words.QuerySelectorAll("a[href^='#']"))
                link.SetAttribute("href", Address + link.GetAttribute("href"));
            return _pictures.Fill(words.InnerHtml);
        }
    }

    /// <summary>The outputs of the cells tagged <c>verdict</c>; may be empty.</summary>
    public string VerdictHtml { get; }

    /// <summary>What the notebook found.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>The page's text; the same notebook gives the same.</summary>
    public string ToHtml() => PageFrame.Around(Title, $"""
        <div class="page">
        <nav class="toc"><a class="home" href="{IndexPage.FileName}">All notebooks</a>
        {Contents()}</nav>
        <main class="notebook">
        {PageFrame.Facts(RunRecord.StatusHtml(Run.Status, Run.Status), Run.StartedHtml, Run.DurationText, Run.CodeChangedText)}
        {Run.ErrorHtml("")}{(_prose.Title is null ? $"<h1>{WebUtility.HtmlEncode(Name)}</h1>\n" : "")}{_cells}</main>
        </div>
        """);

    private string Contents()
    {
        var headings = _prose.Headings.Where(heading => heading.Level is 2 or 3).ToList();
        if (headings.Count == 0)
            return "";
        var list = string.Concat(headings.Select(heading => $"<li class=\"level-{heading.Level}\"><a href=\"#{WebUtility.HtmlEncode(heading.Id)}\">{heading.Html}</a></li>\n"));
        return $"<details><summary>Contents</summary>\n<ol>\n{list}</ol>\n</details>\n";
    }

    private string Html(Cell cell) => cell switch
    {
        MarkdownCell => $"<section class=\"prose\">\n{_prose.Add(cell.Source, cell.Original["attachments"] as JsonObject)}</section>\n",
        CodeCell code when !string.IsNullOrWhiteSpace(code.Source) || code.Outputs.Count > 0 => Html(code),
        RawCell raw when !string.IsNullOrWhiteSpace(raw.Source) && IsForPages(raw) => $"<section class=\"prose\">\n<pre>{WebUtility.HtmlEncode(raw.Source)}</pre>\n</section>\n",
        _ => "",
    };

    /// <summary>A raw cell may say that it is for another format, LaTeX for instance.</summary>
    private static bool IsForPages(RawCell cell) => (JupyterJson.Text(cell.Metadata["raw_mimetype"]) ?? JupyterJson.Text(cell.Metadata["format"])) is null or "" or "text/plain";

    private string Html(CodeCell cell)
    {
        var html = new StringBuilder($"<section class=\"cell{(cell.ExecutionCount is null ? " not-run" : "")}\" id=\"cell-{cell.Id}\">\n");
        html.Append($"<div class=\"count\">[{cell.ExecutionCount?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? " "}]</div>\n");
        html.Append(Code(cell.Source.Trim('\n')));
        return html.Append(_outputs.Of(cell.Outputs)).Append("</section>\n").ToString();
    }

    private string Code(string source)
    {
        var code = CodeHtml.Of(source, _document.Language) + "\n";
        var lines = source.AsSpan().Count('\n') + 1;
        return lines <= LongCode ? code : $"<details class=\"long\" open><summary>{lines} lines of code</summary>\n{code}</details>\n";
    }
}
