using System.Text.Json.Nodes;

namespace NotebookHost.Tests.Jupyter;

/// <summary>How a kernel ends and comes back; each test has its own.</summary>
[Trait("Category", "Slow")]
public sealed class KernelLifeTests : IDisposable
{
    private readonly KernelClient _kernel = new();

    public void Dispose() => _kernel.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Asked_to_shut_down_it_answers_and_ends_also_while_a_cell_runs(bool restart)
    {
        _kernel.Send("execute_request", new JsonObject { ["code"] = "Console.Write('>'); while (true) { }" });
        while (_kernel.NextBroadcast().Type != "stream")
        {
            // The cell has not begun.
        }
        var reply = _kernel.Reply(_kernel.Send("shutdown_request", new JsonObject { ["restart"] = restart }, control: true), control: true);
        Assert.Equal(restart, (bool)reply["restart"]!);
        Assert.True(_kernel.Kernel.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, _kernel.Kernel.ExitCode);

        _kernel.Restart();
        Assert.Equal("2", _kernel.Execute("1 + 1").Result);
    }

    [Fact]
    public void After_a_crash_the_restarted_kernel_says_which_cell_did_it()
    {
        _kernel.Execute("1");
        _kernel.Send("execute_request", new JsonObject { ["code"] = "\nEnvironment.FailFast(\"had enough\");" });
        Assert.True(_kernel.Kernel.WaitForExit(TimeSpan.FromSeconds(20)));

        _kernel.Restart();
        Assert.Contains("The kernel crashed in cell 2: Environment.FailFast", _kernel.Execute("1").Output);
        Assert.Equal("", _kernel.Execute("1").Output);
    }

    [Fact]
    public void After_the_first_cell_that_ran_completion_is_made_ready_unasked()
    {
        Assert.Equal("error", _kernel.Execute("1 +").Status);
        var ready = "False";
        for (var tries = 0; tries < 100 && ready == "False"; tries++)
        {
            ready = _kernel.Execute("AppDomain.CurrentDomain.GetAssemblies().Any(assembly => assembly.GetName().Name == \"Microsoft.CodeAnalysis.CSharp.Features\")").Result;
            Thread.Sleep(100);
        }

        Assert.Equal("True", ready);
    }

    [Fact]
    public void Relative_paths_start_in_the_working_folder_of_the_kernel()
    {
        _kernel.Execute("System.IO.File.WriteAllText(\"part.csx\", \"var part = 3;\");");
        Assert.Equal("3", _kernel.Execute("#load \"part.csx\"\npart").Result);
    }
}
