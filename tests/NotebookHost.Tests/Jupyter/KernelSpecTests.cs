using System.Text.Json.Nodes;
using NotebookHost.Jupyter;

namespace NotebookHost.Tests.Jupyter;

public sealed class KernelSpecTests : IDisposable
{
    private readonly string _prefix = Directory.CreateTempSubdirectory("prefix-").FullName;

    public void Dispose() => Directory.Delete(_prefix, recursive: true);

    [Fact]
    public void The_kernel_starts_the_built_host_directly_and_is_interrupted_by_message()
    {
        var spec = JsonNode.Parse(File.ReadAllText(Path.Combine(KernelSpec.Install(_prefix, "mine"), "kernel.json")))!;
        Assert.Equal([NotebookHost.Engine.DotNet.Command, "exec", typeof(KernelSpec).Assembly.Location, "kernel", "{connection_file}"], spec["argv"]!.AsArray().Select(part => (string?)part));
        Assert.Equal("message", (string?)spec["interrupt_mode"]);
        Assert.Equal("C#", (string?)spec["language"]);
    }

    [Fact]
    public void It_has_the_name_that_notebooks_ask_for_and_may_be_installed_again()
    {
        var folder = Path.Combine(_prefix, "share", "jupyter", "kernels", KernelSpec.NotebooksName);
        Assert.Equal(folder, KernelSpec.Install(_prefix, null));
        Assert.Equal(folder, KernelSpec.Install(_prefix, null));
    }

    [Fact]
    public void A_kernel_of_somebody_else_stays_and_ours_gets_its_own_name()
    {
        var file = WriteOther(KernelSpec.NotebooksName);
        Assert.Equal(KernelSpec.OwnName, Path.GetFileName(KernelSpec.Install(_prefix, null)));
        Assert.Equal("{}", File.ReadAllText(file));
    }

    [Fact]
    public void A_name_that_is_somebody_elses_is_refused()
    {
        var file = WriteOther("theirs");
        Assert.Contains(Path.GetDirectoryName(file)!, Assert.Throws<KernelException>(() => KernelSpec.Install(_prefix, "theirs")).Message);
        Assert.Equal("{}", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("../up")]
    [InlineData("..")]
    [InlineData("")]
    public void A_name_that_Jupyter_would_not_take_is_refused(string name) =>
        Assert.Contains("--name", Assert.Throws<KernelException>(() => KernelSpec.Install(_prefix, name)).Message);

    private string WriteOther(string name)
    {
        var folder = Path.Combine(_prefix, "share", "jupyter", "kernels", name);
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "kernel.json");
        File.WriteAllText(file, "{}");
        return file;
    }
}
