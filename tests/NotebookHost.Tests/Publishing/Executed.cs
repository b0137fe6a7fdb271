using System.Text.Json.Nodes;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using NotebookHost.Notebook;
using NotebookHost.Publishing;

namespace NotebookHost.Tests.Publishing;

/// <summary>Executed notebooks for tests, put together from cells and outputs.</summary>
internal static class Executed
{
    private static readonly JsonObject s_language = new() { ["display_name"] = ".NET (C#)", ["language"] = "C#", ["name"] = ".net-csharp" };

    public static NotebookDocument Document(params JsonObject[] cells) => Document(null, cells);

    public static NotebookDocument Document(JsonObject? run, JsonObject[] cells) => NotebookDocument.Parse(Json(run, cells), "test");

    public static string Json(JsonObject? run, params JsonObject[] cells)
    {
        var metadata = new JsonObject { ["kernelspec"] = s_language.DeepClone() };
        if (run is not null)
            metadata["notebook_host"] = run;
        return new JsonObject { ["cells"] = new JsonArray([.. cells]), ["metadata"] = metadata, ["nbformat"] = 4, ["nbformat_minor"] = 4 }.ToJsonString();
    }

    public static JsonObject Markdown(string source) => new() { ["cell_type"] = "markdown", ["metadata"] = new JsonObject(), ["source"] = source };

    /// <summary>A table that takes seconds to render.</summary>
    public static string SlowTable()
    {
        var row = string.Concat(Enumerable.Repeat("|a", 5_000)) + "\n";
        return row + string.Concat(Enumerable.Repeat("|-", 5_000)) + "\n" + string.Concat(Enumerable.Repeat(row, 20));
    }

    public static JsonObject Code(string source, params JsonObject[] outputs) => Tagged(null, source, outputs);

    public static JsonObject Tagged(string? tag, string source, params JsonObject[] outputs) => new()
    {
        ["cell_type"] = "code",
        ["metadata"] = tag is null ? new JsonObject() : new JsonObject { ["tags"] = new JsonArray(tag) },
        ["execution_count"] = 1,
        ["source"] = source,
        ["outputs"] = new JsonArray([.. outputs]),
    };

    public static JsonObject Shown(params (string Type, JsonNode Content)[] bundle) => new()
    {
        ["output_type"] = "display_data",
        ["metadata"] = new JsonObject(),
        ["data"] = new JsonObject(bundle.Select(entry => KeyValuePair.Create(entry.Type, (JsonNode?)entry.Content))),
    };

    public static JsonObject Stream(string name, string text) => new() { ["output_type"] = "stream", ["name"] = name, ["text"] = text };

    public static JsonObject Error(string name, string value, params string[] traceback) =>
        new() { ["output_type"] = "error", ["ename"] = name, ["evalue"] = value, ["traceback"] = new JsonArray([.. traceback]) };

    /// <summary>A scatter chart of so many points, for plotly.js.</summary>
    public static (string Type, JsonNode Content) Chart(int points, string text = "a") => ("application/vnd.plotly.v1+json", new JsonObject
    {
        ["data"] = new JsonArray(new JsonObject
        {
            ["type"] = "scatter",
            ["mode"] = "markers",
            ["x"] = new JsonArray([.. Enumerable.Range(0, points).Select(x => (JsonNode)x)]),
            ["y"] = new JsonArray([.. Enumerable.Range(0, points).Select(x => (JsonNode)(x * x))]),
            ["text"] = text,
        }),
        ["layout"] = new JsonObject { ["width"] = 3000, ["height"] = 300 },
    });

    /// <summary>The text of the notebook's page.</summary>
    public static string Page(params JsonObject[] cells) => new NotebookPage("n", Document(cells)).ToHtml();

    /// <summary>A page as a browser reads it.</summary>
    public static IDocument Read(string page) => new HtmlParser().ParseDocument(page);
}
