using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

[Collection(CellsCollection.Name)]
public sealed class ReferenceTests : IDisposable
{
    private readonly CellRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_path_starts_at_the_notebooks_folder()
    {
        Build("lib/Greeting.dll", "public static class Greeting { public const string Text = \"hello\"; public static string Say() => Text; }");
        await _run.Run("#r \"lib/Greeting.dll\"", "Greeting.Say()");
        Assert.Equal("hello", _run.PlainResult);
        Assert.Equal([Path.Combine(_run.Folder, "lib/Greeting.dll")], _run.ReferencedAssemblies);
    }

    [Fact]
    public async Task In_a_loaded_file_a_path_starts_at_that_file()
    {
        Build("setup/lib/Greeting.dll", "public static class Greeting { public static string Say() => \"hello\"; }");
        _run.Write("setup/deeper/more.csx", "var more = Greeting.Say() + 2;");
        _run.Write("setup/setup.csx", "#r \"lib/Greeting.dll\"\n#load \"deeper/more.csx\"\nvar said = Greeting.Say();");
        await _run.Run("#load \"setup/setup.csx\"\nvar here = said + more;", "here");
        Assert.Equal("hellohello2", _run.PlainResult);
    }

    [Fact]
    public async Task What_a_referenced_assembly_needs_is_found_beside_it()
    {
        var inner = Build("lib/Inner.dll", "public class Inner { public int Value => 4; }");
        Build("lib/Outer.dll", "public static class Outer { public static Inner Make() => new Inner(); }", inner);
        await _run.Run("#r \"lib/Outer.dll\"", "var made = Outer.Make();", "made.Value");
        Assert.Equal("4", _run.PlainResult);
    }

    [Fact]
    public async Task A_notebooks_own_version_of_what_the_host_uses_wins()
    {
        Build("lib/Markdig.dll", "public static class Markdown { public static string Own() => \"the notebook's\"; }");
        await _run.Run("#r \"lib/Markdig.dll\"", "Markdown.Own()");
        Assert.Equal("the notebook's", _run.PlainResult);
    }

    [Fact]
    public async Task The_formatter_is_the_hosts_also_when_a_copy_lies_beside_a_reference()
    {
        var formatting = typeof(Microsoft.DotNet.Interactive.Formatting.Formatter).Assembly.Location;
        var registering = Build("lib/Registering.dll", "using Microsoft.DotNet.Interactive.Formatting; public class Shown { public static void Register() => Formatter.Register<Shown>(s => \"<i>shown</i>\", \"text/html\"); }", formatting);
        File.Copy(formatting, Path.Combine(Path.GetDirectoryName(registering)!, Path.GetFileName(formatting)));
        await _run.Run("#r \"lib/Registering.dll\"\n#r \"lib/Microsoft.DotNet.Interactive.Formatting.dll\"", "Shown.Register();", "new Shown()");
        Assert.Equal("<i>shown</i>", (string?)_run.Result!["text/html"]);
        Microsoft.DotNet.Interactive.Formatting.Formatter.ResetToDefault();
    }

    [Fact]
    public async Task A_newer_version_after_an_older_one_is_refused_in_words()
    {
        Build("one/Versioned.dll", "[assembly: System.Reflection.AssemblyVersion(\"1.0.0.0\")] public class Versioned { }");
        Build("two/Versioned.dll", "[assembly: System.Reflection.AssemblyVersion(\"2.0.0.0\")] public class Versioned { }");
        await _run.Run("#r \"one/Versioned.dll\"\nnew Versioned();");
        var result = await _run.Try("#r \"two/Versioned.dll\"");
        Assert.Equal(CellStatus.DidNotCompile, result.Status);
        Assert.Contains("Versioned 1.0.0.0 is already referenced", result.Error!.Value);
    }

    [Fact]
    public async Task A_file_that_is_no_assembly_is_named()
    {
        _run.Write("not.dll", "words");
        var result = await _run.Try("#r \"not.dll\"");
        Assert.Contains("is not a .NET assembly", result.Error!.Value);
    }

    [Fact]
    public async Task Native_libraries_are_found_beside_the_assembly_that_calls_them()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Copies one of Linux's libraries.");
        var library = new[] { "/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(library is null, "The C mathematics library is not where Debian and Ubuntu put it.");
        Build("lib/Calls.dll", "using System.Runtime.InteropServices; public static class Calls { [DllImport(\"anownname\")] public static extern double fabs(double x); }");
        File.Copy(library, Path.Combine(_run.Folder, "lib/libanownname.so"));
        await _run.Run("#r \"lib/Calls.dll\"", "Calls.fabs(-3)");
        Assert.Equal("3", _run.PlainResult);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_package_comes_with_what_it_depends_on()
    {
        await _run.Run("#r \"nuget: Spectre.Console, 0.57.2\"", "using Spectre.Console;", "new Markup(\"x\").Length");
        Assert.Equal("1", _run.PlainResult);
        Assert.Contains(_run.ReferencedAssemblies, path => path.Contains("packages", StringComparison.Ordinal) && path.EndsWith("Spectre.Console.dll", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nuget: Name, 1.2.3", "Name", "1.2.3")]
    [InlineData("nuget:Name", "Name", "*")]
    [InlineData("NuGet: Name ,1.0-beta.*", "Name", "1.0-beta.*")]
    public void A_package_line_is_read_as_the_other_host_reads_it(string line, string name, string version)
    {
        Assert.True(PackageRestore.TryParse(line, out var package));
        Assert.Equal(new PackageRequest(name, version), package);
    }

    private string Build(string path, string code, params string[] references) => AssemblyFile.Build(Path.Combine(_run.Folder, path), code, references);
}
