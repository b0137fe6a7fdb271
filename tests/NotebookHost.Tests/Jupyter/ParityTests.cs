using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookHost.Notebook;
using NotebookHost.Tests.Running;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Jupyter;

/// <summary>
/// The same notebook through <c>run</c> and through Jupyter's own runner with this host as its kernel. Both give the same values in the same MIME types. Excepted:
/// streams (who keeps which state of a rewritten line), ids, and <see cref="Times"/>.
/// </summary>
[Collection(TorchCollection.Name)]
[Trait("Category", "Reports")]
public sealed partial class ParityTests
{
    [Theory]
    [InlineData("00-start-here")]
    [InlineData("03-zero-each-layer")]
    public async Task A_notebook_gives_the_same_headless_and_under_Jupyter(string name)
    {
        var reports = Environment.GetEnvironmentVariable("NOTEBOOK_REPORTS");
        Assert.SkipUnless(reports is { Length: > 0 }, "NOTEBOOK_REPORTS names no folder with reports.");
        using var jupyter = await JupyterClient.Create("nbconvert", "jupyter-nbconvert");
        var folder = Directory.CreateTempSubdirectory("parity-").FullName;
        try
        {
            var (exit, output) = await jupyter.Run(
                "-m", "nbconvert", "--to", "notebook", "--execute", Path.Combine(RepositoryRoot.Path, "notebooks", name + ".ipynb"), "--output-dir", folder, "--ExecutePreprocessor.timeout=600");
            Assert.True(exit == 0, output);
            Assert.Equal(Values(Path.Combine(reports!, name + ".ipynb")), Values(Path.Combine(folder, name + ".ipynb")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Each value shown: the cell, how it was shown, and its content by MIME type.</summary>
    private static List<string> Values(string path)
    {
        var cells = NotebookDocument.Load(path).Cells.OfType<CodeCell>().Where(cell => !cell.Tags.Contains("injected-parameters"));
        return
        [
            .. from cell in cells.Index()
               from output in cell.Item.Outputs
               let data = output switch
               {
                   DisplayDataOutput shown => shown.Data,
                   ExecuteResultOutput result => result.Data,
                   _ => null,
               }
               where data is not null
               from part in data.OrderBy(part => part.Key, StringComparer.Ordinal)
               select $"{cell.Index} {output.GetType().Name} {part.Key} {Times().Replace(MultilineText.TryJoin(part.Value) ?? Canonical(part.Value), "…")}",
        ];
    }

    /// <summary>Jupyter's runner sorts keys and writes numbers its own way.</summary>
    private static string Canonical(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject members => $"{{{string.Join(',', members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}:{Canonical(member.Value)}"))}}}",
        JsonArray items => $"[{string.Join(',', items.Select(Canonical))}]",
        _ when node.GetValueKind() == JsonValueKind.Number => node.GetValue<double>().ToString("R", CultureInfo.InvariantCulture),
        _ => node.ToJsonString(),
    };

    /// <summary>When a claim was recorded.</summary>
    [GeneratedRegex(@"recorded \d{4}-\d\d-\d\d \d\d:\d\d UTC")]
    private static partial Regex Times();
}
