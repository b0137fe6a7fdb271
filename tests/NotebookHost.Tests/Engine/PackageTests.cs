using System.IO.Compression;
using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

/// <summary>Packages in cells: where they are looked for, and what they must not do to the cells above.</summary>
[Collection(CellsCollection.Name)]
public sealed class PackageTests : IDisposable
{
    private readonly CellRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_folder_named_by_the_notebook_is_a_source_also_below_other_code()
    {
        Pack("feed", "Trivial.Greeting", "1.0.0", "public static class Greeting { public static string Say() => \"hello\"; }");
        await _run.Run("using System.IO;\n#i \"nuget: feed\"\n#r \"nuget: Trivial.Greeting, 1.0.0\"\nvar said = Greeting.Say();", "said");
        Assert.Equal("hello", _run.PlainResult);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_version_that_is_not_the_one_asked_for_is_named()
    {
        Pack("feed", "Trivial.Greeting", "1.2.0", "public static class Greeting { public static string Say() => \"hello\"; }");
        await _run.Run("#i \"nuget: feed\"\n#r \"nuget: Trivial.Greeting, 1.1.0\"");
        Assert.Equal("Trivial.Greeting 1.1.0 is in no package source; version 1.2.0 is used instead.", _run.ErrorOutput.Trim());
        await _run.Run("Greeting.Say()");
        Assert.Equal("hello", _run.PlainResult);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_package_that_a_library_above_needs_leaves_its_variables_as_they_are()
    {
        const string numbers = "public class Number { public int Value => 4; }";
        var needed = AssemblyFile.Build(Path.Combine(_run.Folder, "lib", "Trivial.Numbers.dll"), numbers);
        AssemblyFile.Build(Path.Combine(_run.Folder, "lib", "Library.dll"), "public class Data { public Number First => new(); public static int Sum(Data data) => data.First.Value; }", needed);
        Pack("feed", "Trivial.Numbers", "1.0.0", numbers);
        await _run.Run("#r \"lib/Library.dll\"", "var data = new Data();", "#i \"nuget:feed\"\n#r \"nuget: Trivial.Numbers, 1.0.0\"", "Data.Sum(data) + new Number().Value + data.First.Value");
        Assert.Equal("12", _run.PlainResult);
    }

    [Theory]
    [InlineData("#i \"nuget:https://example.org/index.json\"\n1 + 1")]
    [InlineData("1 +\n#i \"nuget: http://example.org/v2\"\n1")]
    [InlineData("using System.IO;\n#r \"System.Xml.Linq\"\n1 + 1")]
    public async Task A_line_that_the_compiler_would_not_take_here_is_followed(string cell)
    {
        await _run.Run(cell);
        Assert.Equal("2", _run.PlainResult);
    }

    [Theory]
    [InlineData("#i \"nuget:nowhere\"", "There is no folder")]
    [InlineData("#i \"nowhere\"", "names no package source")]
    [InlineData("#r \"lib/None.dll\"", "build that project, then restart the kernel")]
    public async Task A_line_that_cannot_be_followed_says_what_to_do(string cell, string message)
    {
        await _run.Try(cell);
        Assert.Contains(message, _run.Traceback);
    }

    [Theory]
    [InlineData("TorchSharp")]
    [InlineData("TorchSharp-cpu, 0.107.0")]
    [InlineData("libtorch-cpu-linux-x64, 2.10.0")]
    public async Task A_second_TorchSharp_is_refused_before_anything_is_fetched(string package)
    {
        AssemblyFile.Build(Path.Combine(_run.Folder, "lib", "TorchSharp.dll"), "public class Tensor;");
        await _run.Run("#r \"lib/TorchSharp.dll\"");
        await _run.Try($"#r \"nuget: {package}\"");
        Assert.Contains("TorchSharp is already loaded", _run.Traceback);
        Assert.Contains("Remove this line", _run.Traceback);
    }

    private void Pack(string folder, string name, string version, string code)
    {
        var built = AssemblyFile.Build(Path.Combine(_run.Folder, "built", name + ".dll"), code);
        Directory.CreateDirectory(Path.Combine(_run.Folder, folder));
        using var package = ZipFile.Open(Path.Combine(_run.Folder, folder, $"{name}.{version}.nupkg"), ZipArchiveMode.Create);
        using (var about = new StreamWriter(package.CreateEntry(name + ".nuspec").Open()))
            about.Write($"<package><metadata><id>{name}</id><version>{version}</version><authors>x</authors><description>x</description></metadata></package>");
        package.CreateEntryFromFile(built, $"lib/net10.0/{name}.dll");
    }
}
