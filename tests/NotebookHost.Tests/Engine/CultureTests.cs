using System.Globalization;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Engine;

/// <summary>Cells print the same in every country, once they have loaded <c>setup.csx</c>: other hosts have the system's culture, where ours has none.</summary>
[Collection(CellsCollection.Name)]
public sealed class CultureTests : IDisposable
{
    /// <summary>What the cells of notebooks do: interpolate, after an await and on other threads too.</summary>
    private const string Prints = """
        var x = 1234.5;
        Console.Write($"{x:N1} % ");
        await Task.Delay(1);
        Console.Write($"{x:N1} % ");
        Console.Write(await Task.Run(() => $"{x:N1} % "));
        var thread = new System.Threading.Thread(() => Console.Write($"{x:N1} % "));
        thread.Start();
        thread.Join();
        Console.Write(double.Parse("0.25"));
        """;

    private readonly CultureInfo? _before = CultureInfo.DefaultThreadCurrentCulture;
    private readonly CellRun _run = new();

    public CultureTests() => CultureInfo.DefaultThreadCurrentCulture = Cultures.German;

    public void Dispose()
    {
        _run.Dispose();
        CultureInfo.DefaultThreadCurrentCulture = _before;
    }

    [Fact]
    public async Task Before_setup_a_cell_prints_as_the_country_does()
    {
        await _run.Run(Prints);
        Assert.Equal("1.234,5 % 1.234,5 % 1.234,5 % 1.234,5 % 25", _run.Output);
    }

    [Fact]
    public async Task After_setup_cells_print_the_same_everywhere()
    {
        await _run.Run($"#load \"{Path.Combine(RepositoryRoot.Path, "notebooks", "setup.csx").Replace('\\', '/')}\"\n{Prints}");
        var same = _run.Output;
        await _run.Run(Prints);
        Assert.Equal("1,234.5 % 1,234.5 % 1,234.5 % 1,234.5 % 0.25", _run.Output);
        Assert.Equal(_run.Output, same);
    }

    [Fact]
    public void Every_notebook_loads_setup_in_its_first_cell() => Assert.All(
        Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "notebooks"), "*.ipynb"),
        path => Assert.StartsWith("#load \"setup.csx\"", NotebookHost.Notebook.NotebookDocument.Load(path).Cells.OfType<NotebookHost.Notebook.CodeCell>().First().Source, StringComparison.Ordinal));
}
