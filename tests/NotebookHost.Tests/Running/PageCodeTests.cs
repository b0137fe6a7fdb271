using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Running;

/// <summary>The C# on every page of the repository compiles, as the page says: in cells or as a program.</summary>
public sealed class PageCodeTests
{
    private const string Imports = """
        using TorchSharp;
        using TrivialLayers;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        """;

    public static TheoryData<string> PagesWith(bool cells) => [.. MarkdownCode.All.Where(block => cells ? block.IsCell : block.IsProgram).Select(block => block.Page).Distinct()];

    /// <summary>Each after those above it, in a notebook that has data, a network and a sweep.</summary>
    [Theory]
    [MemberData(nameof(PagesWith), true)]
    public async Task Cells_compile_in_the_order_of_the_page(string page)
    {
        var cells = new CompiledCells(RepositoryRoot.Path);
        var setup = Path.Combine(RepositoryRoot.Path, "notebooks", "setup.csx");
        var given = $"#load \"{setup}\"\n{Imports}" + """
            var data = Datasets.Load("fashion-mnist-sample");
            var network = ResNet.ForSmallImages(20, 16, data.Classes.Count, data.Channels);
            var sweep = Sweep.Run(network, data.Test);
            """;
        await cells.Add(given, "given");
        foreach (var block in MarkdownCode.All.Where(block => block.IsCell && block.Page == page))
            await cells.Add(block.Code, block.ToString());
        Assert.True(cells.Errors.Length == 0, cells.Errors);
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
        Assert.Superset(new HashSet<string> { "README.md", "environment.md", "data/README.md", "lib/TrivialLayers/README.md", "lib/TrivialLayers.Onnx/README.md" }, pages);
        Assert.Contains(MarkdownCode.All, block => block.IsCell && block.IsProgram);
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
}
