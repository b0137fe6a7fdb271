using System.Xml.Linq;
using YamlDotNet.RepresentationModel;

namespace TrivialLayers.Tests;

/// <summary>The files by which others find in: they are read by machines that nobody runs here.</summary>
public sealed class FrontDoorTests
{
    [Fact]
    public void The_citation_has_the_version_that_is_built_and_the_licence()
    {
        var citation = Yaml("CITATION.cff");
        Assert.Equal("1.2.0", Text(citation["cff-version"]));
        Assert.Equal(Property("VersionPrefix"), Text(citation["version"]));
        Assert.Equal(Property("PackageLicenseExpression"), Text(citation["license"]));
        Assert.Equal(Property("Authors"), Text(citation["authors"][0]["name"]));
        Assert.Equal("arXiv:2009.09938", Text(citation["references"][0]["identifiers"][0]["value"]));
    }

    [Fact]
    public void The_README_cites_the_same_version() =>
        Assert.Contains($"version {Property("VersionPrefix")}, ", File.ReadAllText(InRepository("README.md")), StringComparison.Ordinal);

    [Fact]
    public void The_workflow_runs_all_checks_on_Linux_and_the_tests_elsewhere()
    {
        var jobs = Yaml(".github/workflows/ci.yml")["jobs"];
        Assert.StartsWith("ubuntu-", Text(jobs["linux"]["runs-on"]), StringComparison.Ordinal);
        Assert.Contains(".ci/run", Commands(jobs["linux"]));
        Assert.True(File.Exists(InRepository(".ci/run")));
        var systems = (YamlSequenceNode)jobs["others"]["strategy"]["matrix"]["os"];
        Assert.Equal(["windows-latest", "macos-latest"], systems.Select(Text));
        Assert.Contains(Commands(jobs["others"]), command => command.StartsWith("dotnet test Notebooks.sln", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_issue_form_has_a_name_and_asks_under_different_ids()
    {
        var forms = Directory.GetFiles(InRepository(".github/ISSUE_TEMPLATE"), "*.yml");
        Assert.NotEmpty(forms);
        Assert.All(forms, path =>
        {
            var form = Yaml(path);
            Assert.NotEmpty(Text(form["name"]));
            Assert.NotEmpty(Text(form["description"]));
            var fields = ((YamlSequenceNode)form["body"]).ToList();
            Assert.All(fields, field => Assert.NotEmpty(Text(field["attributes"]["label"])));
            Assert.Distinct(fields.Select(field => Text(field["id"])));
        });
    }

    [Fact]
    public void The_changelog_has_an_entry_for_the_version() =>
        Assert.Contains($"\n## [{Property("VersionPrefix")}] - ", File.ReadAllText(InRepository(".github/CHANGELOG.md")), StringComparison.Ordinal);

    private static IEnumerable<string> Commands(YamlNode job) =>
        ((YamlSequenceNode)job["steps"]).Cast<YamlMappingNode>().Where(step => step.Children.ContainsKey("run")).Select(step => Text(step["run"]).Trim());

    private static string Property(string name) => XDocument.Load(InRepository("Directory.Build.props")).Descendants(name).Single().Value;

    private static YamlNode Yaml(string path)
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(InRepository(path));
        yaml.Load(reader);
        return yaml.Documents.Single().RootNode;
    }

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static string InRepository(string path) => Path.Combine(RepositoryRoot.Path, path);
}
