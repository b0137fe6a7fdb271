using System.Xml.Linq;

namespace TrivialLayers.Tests;

public sealed class EnvironmentPageTests
{
    [Fact]
    public void The_page_lists_each_package_with_the_version_that_is_pinned()
    {
        var root = RepositoryRoot.Path;
        var page = File.ReadAllLines(Path.Combine(root, "environment.md"));
        var rows = page.Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToArray();
        var pinned = XDocument.Load(Path.Combine(root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Select(package => (Name: package.Attribute("Include")!.Value, Version: package.Attribute("Version")!.Value)).ToArray();

        Assert.NotEmpty(pinned);
        Assert.All(pinned, package => Assert.Contains(rows, cells => cells[1] == package.Name && cells[2] == package.Version && cells[3].Length > 0 && cells[4].Length > 0));
    }
}
