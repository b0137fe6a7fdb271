
namespace TrivialLayers.Tests;

public sealed class ProgressTests : IDisposable
{
    private readonly HandClock _clock = new();
    private readonly WrittenLines _written = new();
    private readonly Progress _progress;

    public ProgressTests() => _progress = new Progress(() => _written, _clock, CancellationToken.None);

    public void Dispose() => _written.Dispose();

    [Fact]
    public void A_line_is_rewritten_at_most_ten_times_a_second()
    {
        for (var done = 1; done < 3000; done++)
        {
            _clock.Move(0.001);
            Report(done, 3000);
        }

        Assert.InRange(_written.Writes, 29, 31);
    }

    [Fact]
    public void The_first_report_shows_at_once_and_the_last_even_when_it_comes_soon_after_another()
    {
        Report(0, 10);
        Assert.Equal("train: 0 % 0/10 images", _written.Shown[0]);
        _clock.Move(0.01);
        Report(9, 10);
        Assert.Equal("train: 0 % 0/10 images", _written.Shown[0]);
        _clock.Move(0.01);
        Report(10, 10);
        Assert.Equal(["train: 100 % 10/10 images, 500 images/s, 0:00", ""], _written.Shown);
    }

    [Fact]
    public void Where_no_host_runs_a_cell_nothing_is_cancelled()
    {
        Assert.Equal(CancellationToken.None, Progress.Live().Token);
        Assert.Equal(CancellationToken.None, InteractiveKernel.TokenOfRunningCell([typeof(Progress).Assembly]));
    }

    [Fact]
    public void Rate_and_time_left_are_those_of_the_work_seen()
    {
        Report(0, 10_000);
        _clock.Move(4);
        Report(1000, 10_000);
        Assert.Equal("train: 10 % 1,000/10,000 images, 250 images/s, 0:36 left", _written.Shown[0]);
        _clock.Move(3600);
        Report(1001, 10_000);
        Assert.Contains("0.3 images/s, 8:59:59 left", _written.Shown[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_was_resumed_is_timed_from_where_it_was_resumed()
    {
        Report(5000, 10_000);
        _clock.Move(10);
        Report(6000, 10_000);
        Assert.Equal("train: 60 % 6,000/10,000 images, 100 images/s, 0:40 left", _written.Shown[0]);
    }

    [Fact]
    public void A_shorter_line_covers_the_longer_one()
    {
        Report(1, 10, "a long note that ends soon");
        _clock.Move(1);
        Report(2, 10, "short");
        Assert.Equal("train: 20 % 2/10 images, 1.0 images/s, 0:08 left, short", _written.Shown[0]);
        _clock.Move(1);
        Report(3, 10);
        Assert.Equal("train: 30 % 3/10 images, 1.0 images/s, 0:07 left", _written.Shown[0]);
    }

    [Fact]
    public void Another_task_begins_another_line_and_leaves_the_last_state_of_the_first()
    {
        Report(0, 100);
        _clock.Move(0.01);
        Report(40, 100);
        _progress.Report(new ProgressReport("sweep", 0, 5, "layers"));
        Assert.Equal(["train: 40 % 40/100 images, 4,000 images/s, 0:00 left", "sweep: 0 % 0/5 layers"], _written.Shown);
    }

    [Fact]
    public void A_task_that_ended_can_begin_again()
    {
        Report(10, 10);
        Report(0, 10);
        Assert.Equal(["train: 100 % 10/10 images", "train: 0 % 0/10 images"], _written.Shown);
    }

    [Fact]
    public void A_task_without_anything_to_do_is_done()
    {
        Report(0, 0);
        Assert.Equal(["train: 100 % 0/0 images", ""], _written.Shown);
    }

    [Fact]
    public void The_live_display_ends_work_when_the_cell_is_interrupted()
    {
        using var interrupt = new CancellationTokenSource();
        AppContext.SetData(Progress.CancellationTokenName, interrupt.Token);
        try
        {
            Assert.Equal(interrupt.Token, Progress.Live().Token);
        }
        finally
        {
            AppContext.SetData(Progress.CancellationTokenName, null);
        }

        Assert.Equal(CancellationToken.None, Progress.Live().Token);
    }

    private void Report(long done, long total, string? note = null) => _progress.Report(new ProgressReport("train", done, total, "images", note));
}
