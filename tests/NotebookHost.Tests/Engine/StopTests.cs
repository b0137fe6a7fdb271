using NotebookHost.Engine;

namespace NotebookHost.Tests.Engine;

/// <summary>A cell that does not end when asked to can be ended, and the notebook lives on.</summary>
[Collection(CellsCollection.Name)]
public sealed class StopTests : IDisposable
{
    private readonly CellRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory(Timeout = 60_000)]
    [InlineData("while (true) { }")]
    [InlineData("await Task.Delay(1); while (true) { }")]
    [InlineData("await Task.Delay(1); while (true) { Math.Max(1, Environment.TickCount); }")]
    [InlineData("await Task.Delay(1); do ; while (true);")]
    [InlineData("await Task.Delay(1); for (;;) for (;;) ;")]
    [InlineData("await Task.Delay(1); again: goto again;")]
    [InlineData("await Task.Delay(1); Action endless = () => { while (true) { } }; endless();")]
    [InlineData("await Task.Delay(1); foreach (var (a, b) in new (int, int)[1]) while (true) x = 2;")]
    [InlineData("while (true) Console.Write(1);")]
    [InlineData("while (true) { try { System.Threading.Thread.Sleep(1); } catch (Exception) { } }")]
    [InlineData("System.Threading.Thread.Sleep(-1);")]
    [InlineData("await Task.Delay(-1);")]
    [InlineData("Task.Delay(-1).Wait();")]
    [InlineData("await Later(); async Task Later() { await Task.Yield(); System.Threading.Thread.Sleep(-1); }")]
    public async Task A_cell_is_stopped_wherever_it_is_and_its_variables_stay(string endless)
    {
        await _run.Run("var x = 1;");
        Assert.Equal(CellStatus.Interrupted, (await _run.Stop($"x = 2; Console.Write('>'); {endless}", TestContext.Current.CancellationToken)).Status);
        await _run.Run("Console.Write(x); x");
        Assert.Equal("2", _run.PlainResult);
        Assert.Equal("2", _run.Output);
    }

    [Fact(Timeout = 60_000)]
    public async Task Asynchronous_code_that_is_waited_for_does_not_deadlock()
    {
        await _run.Run("async Task<int> Later() { await Task.Delay(1); return 3; }", "Later().Result").WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("3", _run.PlainResult);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_stopped_cell_awaits_does_not_come_back_to_it()
    {
        await _run.Run("var go = new TaskCompletionSource(); var x = 1;");
        await _run.Stop("Console.Write('>'); await go.Task; x = 2;", TestContext.Current.CancellationToken);
        await _run.Run("go.SetResult(); await Task.Delay(50); x");
        Assert.Equal("1", _run.PlainResult);
    }
}
