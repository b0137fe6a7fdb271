using TrivialLayers.Tests;

namespace NotebookHost.Tests;

/// <summary>No source of the host writes a number in the words of the country it runs in: its pages and files are the same everywhere.</summary>
public sealed class CultureSourceTests
{
    [Fact]
    public void Numbers_and_dates_become_texts_the_same_in_every_country()
    {
        var lib = Path.Combine(RepositoryRoot.Path, "lib");
        var compilation = CultureBoundCode.Compile([Path.Combine(lib, "NotebookHost")], [Path.Combine(lib, "TrivialLayers", "Devices", "Build", "RelaxedSymbolVersion.cs")]);
        var found = CultureBoundCode.In(compilation).ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
