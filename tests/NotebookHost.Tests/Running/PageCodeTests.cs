using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using NotebookHost.Engine;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Running;

/// <summary>The C# on every page of the repository compiles, as the page says: in cells or as a program. The cells of the cookbook run too, as they stand there.</summary>
public sealed class PageCodeTests : IDisposable
{
    private const string Imports = """
        using TorchSharp;
        using TrivialLayers;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        """;

    private readonly NotebookFolder _folder = new();

    public static TheoryData<string> PagesWith(bool cells) => [.. MarkdownCode.All.Where(block => cells ? block.IsCell : block.IsProgram).Select(block => block.Page).Distinct()];

    public void Dispose() => _folder.Dispose();

    /// <summary>Each after those above it, in a notebook that has data, a network and a sweep.</summary>
    [Theory]
    [MemberData(nameof(PagesWith), true)]
    public async Task Cells_compile_in_the_order_of_the_page(string page)
    {
        var files = new CellSources(_folder.Path);
        var compiler = new CellCompiler(files, new CellReferences(new NotebookLoadContext(), files, new PackageRestore()));
        const string given = """
            var network = ResNet.ForSmallImages(20, 16, 10, 1);
            var sweep = Sweep.Run(network, data.Test);
            """;
        foreach (var (name, cell) in ((string, string)[])[("setup", Setup()), ("given", given)])
            await compiler.Compile(SourceText.From(cell, Encoding.UTF8), name, TestContext.Current.CancellationToken);
        var errors = new List<string>();
        foreach (var block in MarkdownCode.All.Where(block => block.IsCell && block.Page == page))
        {
            try
            {
                await compiler.Compile(SourceText.From(block.Code, Encoding.UTF8), block.ToString(), TestContext.Current.CancellationToken);
            }
            catch (CellErrorException error)
            {
                errors.Add(string.Join('\n', error.Lines));
            }
        }

        Assert.True(errors.Count == 0, string.Join("\n\n", errors));
    }

    /// <summary>Blocks below one another are one program, until one begins with a using directive. A page of a package has that package and what it brings along.</summary>
    [Theory]
    [MemberData(nameof(PagesWith), false)]
    public void Programs_compile(string page)
    {
        var programs = new List<string>();
        foreach (var block in MarkdownCode.All.Where(block => block.IsProgram && block.Page == page))
        {
            if (block.BeginsProgram || programs.Count == 0)
                programs.Add(block.BeginsProgram ? "" : Imports);
            programs[^1] += $"#line {block.Line} \"{block.Page}\"\n{block.Code}";
        }

        var errors = programs.SelectMany(program => Errors(program, page)).ToList();
        Assert.True(errors.Count == 0, string.Join('\n', errors));
    }

    [Fact]
    public void No_page_is_overlooked()
    {
        var pages = MarkdownCode.All.Select(block => block.Page).ToHashSet();
        Assert.Superset(new HashSet<string> { "README.md", "environment.md", "data/README.md", "lib/TrivialLayers/README.md" }, pages);
        Assert.Contains(MarkdownCode.All, block => block.IsCell && block.IsProgram);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Every_cell_of_the_cookbook_runs()
    {
        var cells = MarkdownCode.All.Where(block => block.Section == "Cookbook").Select(block => block.Code).ToList();
        string[] tweaks = ["depth: 8, width: 32", ".Replace(\"layer2.1.conv1\"", "functional.elu", "Identity()", "class Tiny", "Zeroing.OfFilters", "Optimiser.AdamW", "Runs.GetOrMake", "ImageFolder.LoadSplit", "Measure.Of"];
        Assert.All(tweaks, tweak => Assert.Contains(cells, cell => cell.Contains(tweak, StringComparison.Ordinal)));
        _folder.Write("cookbook", [Setup(), .. cells]);

        var (exit, output, error) = await NotebookFolder.Run(_folder.Path, "--out", _folder.Out);

        Assert.True(exit == 0, output + error);
    }

    private static IEnumerable<string> Errors(string program, string page)
    {
        // What the text above a block speaks of: "of a sweep of the package TrivialLayers".
        const string given = """
            global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
            partial class Program { static TrivialLayers.Sweep sweep => null!; }
            """;
        var package = page.StartsWith("lib/", StringComparison.Ordinal) ? page.Split('/')[1] : "TrivialLayers.Interactive";
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(path => Path.GetDirectoryName(path) == framework)
            .Concat(Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "lib", package, "bin", "Release", "net10.0"), "*.dll"));
        var compilation = CSharpCompilation.Create(
            "program",
            [CSharpSyntaxTree.ParseText(given), CSharpSyntaxTree.ParseText(program, path: page)],
            references.Select(path => MetadataReference.CreateFromFile(path)),
            new(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        return compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => $"{diagnostic.Location.GetMappedLineSpan()}: {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}");
    }

    /// <summary>What a notebook's first cells do, with few images and pictures in the folder that the cookbook names.</summary>
    private static string Setup() => $$"""
        #load "{{Path.Combine(RepositoryRoot.Path, "notebooks", "setup.csx")}}"
        {{Imports}}
        Environment.SetEnvironmentVariable("TRIVIAL_LAYERS_RUNS", System.IO.Path.Combine(Environment.CurrentDirectory, "runs"));
        var all = Datasets.Load("fashion-mnist-sample");
        var data = new DataSplit("few", all.Train.Take(64, 0), all.Validation.Take(20, 0), all.Test.Take(40, 0));
        var stripes = new Dictionary<string, byte[]>   // 16 x 16 pixels, upright and lying
        {
            ["cats"] = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAGklEQVR42mNkYGBg+M/AwMAIpZkY0MDIEgAAHycCH/ejAhoAAAAASUVORK5CYII="),
            ["dogs"] = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAGElEQVR42mNgoBww/kcTYGIgWYBhkLgDABPpAg04hIuKAAAAAElFTkSuQmCC"),
        };
        foreach (var part in new[] { "train", "test" })
            foreach (var (name, picture) in stripes)
                for (var i = 0; i < 10; i++)
                {
                    var folder = System.IO.Directory.CreateDirectory(System.IO.Path.Combine("my-pictures", part, name)).FullName;
                    System.IO.File.WriteAllBytes(System.IO.Path.Combine(folder, $"{i}.png"), picture);
                }
        """;
}
