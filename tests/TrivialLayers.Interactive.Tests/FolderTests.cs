using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TrivialLayers.Tests;

/// <summary>Which folder of the core may know which: read from its sources, as the compiler understands them.</summary>
public sealed class FolderTests
{
    private static readonly string s_core = Path.Combine(RepositoryRoot.Path, "lib", "TrivialLayers");

    private static readonly Dictionary<string, string[]> s_mayKnow = new()
    {
        ["Storage"] = [],
        ["Devices"] = ["Storage"],
        ["Data"] = ["Devices", "Storage"],
        ["Models"] = ["Devices", "Storage"],
        ["Statistics"] = ["Models"],
        ["Evaluation"] = ["Data", "Devices", "Models", "Statistics", "Storage"],
        ["Interventions"] = ["Data", "Devices", "Models", "Storage"],
        ["Sweeps"] = ["Data", "Devices", "Evaluation", "Interventions", "Models", "Statistics", "Storage"],
        ["Units"] = ["Data", "Devices", "Evaluation", "Interventions", "Models", "Statistics", "Storage", "Sweeps"],
        ["Training"] = ["Data", "Devices", "Evaluation", "Models", "Statistics", "Storage"],
        ["Pruning"] = ["Devices", "Interventions", "Models", "Training"],
    };

    [Fact]
    public void A_folder_of_the_core_knows_only_those_below_it()
    {
        var compilation = CSharpCompilation.Create(
            "core", [CSharpSyntaxTree.ParseText(Implicit, path: "implicit.cs"), .. Sources()], Platform(), new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        Assert.DoesNotContain(compilation.GetDiagnostics(), diagnostic => s_unknown.Contains(diagnostic.Id));

        var strange = compilation.SyntaxTrees.SelectMany(tree => Known(compilation.GetSemanticModel(tree))).Where(arrow => !s_mayKnow[arrow.From].Contains(arrow.To));

        Assert.Empty(strange.Select(arrow => $"{arrow.From} knows {arrow.To}: {arrow.File} uses {arrow.Type}").Distinct().Order());
    }

    [Fact]
    public void Every_folder_of_the_core_has_its_place() =>
        Assert.Equal(s_mayKnow.Keys.Order(), Sources().Select(tree => FolderOf(tree.FilePath)).Distinct().Order());

    /// <summary>A type or name that the compiler does not know would hide an arrow. Bodies that generators write are missing here, and may be.</summary>
    private static readonly string[] s_unknown = ["CS0103", "CS0234", "CS0246"];

    private const string Implicit = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks; global using System.Net.Http;
        """;

    private static IEnumerable<SyntaxTree> Sources() => Directory.EnumerateFiles(s_core, "*.cs", SearchOption.AllDirectories)
        .Where(path => Path.GetRelativePath(s_core, path).Split(Path.DirectorySeparatorChar) is var parts && parts[0] is not ("bin" or "obj") && !parts.Contains("Build"))
        .Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), path: path));

    private static IEnumerable<MetadataReference> Platform() => ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator).Where(path => !Path.GetFileName(path).StartsWith("TrivialLayers", StringComparison.Ordinal)).Select(path => MetadataReference.CreateFromFile(path));

    private static IEnumerable<(string From, string To, string File, string Type)> Known(SemanticModel model) =>
        from name in model.SyntaxTree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
        let symbol = model.GetSymbolInfo(name).Symbol
        let type = symbol as ITypeSymbol ?? symbol?.ContainingType
        let source = type?.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree.FilePath
        where source is not null
        let arrow = (FolderOf(model.SyntaxTree.FilePath), FolderOf(source), Path.GetFileName(model.SyntaxTree.FilePath), type.Name)
        where arrow.Item1 != arrow.Item2
        select arrow;

    private static string FolderOf(string path) => Path.GetRelativePath(s_core, path).Split(Path.DirectorySeparatorChar)[0];
}
