
namespace TrivialLayers.Tests;

public sealed class ProgressLinkTests
{
    [Fact]
    public void Without_progress_the_token_is_the_callers()
    {
        using var caller = new CancellationTokenSource();
        Assert.Equal(caller.Token, ((IProgress<ProgressReport>?)null).Link(caller.Token));
        Assert.Equal(caller.Token, new Progress<ProgressReport>().Link(caller.Token));
    }

    [Fact]
    public void Without_a_callers_token_it_is_that_of_the_progress()
    {
        using var interrupt = new CancellationTokenSource();
        Assert.Equal(interrupt.Token, new Display(interrupt.Token).Link(CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Either_of_two_tokens_cancels_the_joint_one(bool byCaller)
    {
        using var caller = new CancellationTokenSource();
        using var interrupt = new CancellationTokenSource();
        var joint = new Display(interrupt.Token).Link(caller.Token);
        Assert.False(joint.IsCancellationRequested);
        (byCaller ? caller : interrupt).Cancel();
        Assert.True(joint.IsCancellationRequested);
    }

    private sealed class Display(CancellationToken token) : ICancellableProgress
    {
        public CancellationToken Token => token;

        public void Report(ProgressReport value)
        {
        }
    }
}
