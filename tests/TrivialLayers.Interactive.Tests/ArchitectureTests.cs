using System.Reflection;
using System.Xml.Linq;

namespace TrivialLayers.Tests;

/// <summary>Which library may know which, and which packages each may bring along.</summary>
public sealed class ArchitectureTests
{
    public static TheoryData<Assembly, string[]> Libraries => new()
    {
        { typeof(ResNet).Assembly, [] },
        { typeof(Figure).Assembly, ["TrivialLayers"] },
        { typeof(Claims).Assembly, ["TrivialLayers"] },
        { typeof(NotebookDisplay).Assembly, ["TrivialLayers", "TrivialLayers.Figures", "TrivialLayers.Reproduction"] },
    };

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_library_knows_only_those_below_it(Assembly library, string[] below) =>
        Assert.Equal(below, library.GetReferencedAssemblies().Select(reference => reference.Name!).Where(name => name.StartsWith("TrivialLayers", StringComparison.Ordinal)).Order());

    [Theory]
    [InlineData("TrivialLayers")]
    [InlineData("TrivialLayers.Figures", "TrivialLayers")]
    [InlineData("TrivialLayers.Reproduction", "TrivialLayers")]
    [InlineData("TrivialLayers.Onnx", "TrivialLayers")]
    [InlineData("TrivialLayers.Interactive", "TrivialLayers.Figures", "TrivialLayers.Onnx", "TrivialLayers.Reproduction")]
    public void A_project_refers_to_the_projects_below_it(string project, params string[] below) =>
        Assert.Equal(below, References(project, "ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)).Order());

    [Fact]
    public void The_core_brings_no_charts_and_no_tables()
    {
        string[] heavy = ["Plotly", "FSharp", "OnnxSharp", "Microsoft.Data.Analysis", "DynamicObj", "Giraffe", "Microsoft.DotNet.Interactive"];
        Assert.DoesNotContain(typeof(ResNet).Assembly.GetReferencedAssemblies(), reference => heavy.Any(name => reference.Name!.StartsWith(name, StringComparison.Ordinal)));
        Assert.DoesNotContain(References("TrivialLayers", "PackageReference"), package => heavy.Any(name => package.Attribute("Include")!.Value.StartsWith(name, StringComparison.Ordinal)));
    }

    /// <summary>It only sees to it that what its notebooks load is built before it.</summary>
    [Fact]
    public void The_notebook_host_knows_none_of_the_libraries() => Assert.All(
        References("NotebookHost", "ProjectReference"), reference => Assert.Equal("false", reference.Attribute("ReferenceOutputAssembly")?.Value));

    private static IEnumerable<XElement> References(string project, string kind) =>
        XDocument.Load(Path.Combine(RepositoryRoot.Path, "lib", project, project + ".csproj")).Descendants(kind);
}
