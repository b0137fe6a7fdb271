namespace NotebookHost.Tests.Jupyter;

/// <summary>Front ends that others wrote.</summary>
[Trait("Category", "Slow")]
public sealed class JupyterSuiteTests
{
    [Fact]
    public async Task The_kernel_passes_the_test_suite_of_the_Jupyter_project()
    {
        using var jupyter = await JupyterClient.Create("jupyter_kernel_test", "python3-jupyter-kernel-test");
        var (exit, output) = await jupyter.Run(Path.Combine(AppContext.BaseDirectory, "kernel_suite.py"), NotebookHost.Jupyter.KernelSpec.NotebooksName);
        Assert.True(exit == 0, output);
        Assert.DoesNotContain("skipped", output, StringComparison.OrdinalIgnoreCase);
    }
}
