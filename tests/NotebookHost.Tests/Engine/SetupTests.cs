using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Engine;

/// <summary>What <c>notebooks/setup.csx</c> loads.</summary>
public sealed partial class SetupTests
{
    private static readonly string s_notebooks = Path.Combine(RepositoryRoot.Path, "notebooks");

    /// <summary>
    /// An assembly that is not named is found, but when a package brings it a second time, .NET Interactive compiles the cells below against a second set of the library's types:
    /// no variable from above fits any more.
    /// </summary>
    [Fact]
    public void Setup_names_every_assembly_that_the_library_uses()
    {
        var named = References().Matches(File.ReadAllText(Path.Combine(s_notebooks, "setup.csx"))).Select(match => Path.GetFullPath(match.Groups[1].Value, s_notebooks)).ToList();
        Assert.Equal(Used(Directory.GetFiles(Path.GetDirectoryName(named[0])!, "TrivialLayers*.dll")).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    /// <summary>The assemblies and those beside them that they refer to, at any remove. The formatter is not among them: each host brings its own.</summary>
    private static HashSet<string> Used(string[] assemblies)
    {
        var used = new HashSet<string>();
        var open = new Stack<string>(assemblies);
        while (open.TryPop(out var path))
            if (File.Exists(path) && !path.EndsWith("Microsoft.DotNet.Interactive.Formatting.dll", StringComparison.Ordinal) && used.Add(path))
                foreach (var name in ReferencesOf(path))
                    open.Push(Path.Combine(Path.GetDirectoryName(path)!, name + ".dll"));

        return used;
    }

    private static List<string> ReferencesOf(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    [GeneratedRegex("^#r \"(.*)\"$", RegexOptions.Multiline)]
    private static partial Regex References();
}
