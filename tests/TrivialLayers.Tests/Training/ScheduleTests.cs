namespace TrivialLayers.Tests;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.125, 0.1)]
    [InlineData(0.25, 0.2)]
    [InlineData(0.625, 0.1)]
    [InlineData(1, 0)]
    public void The_learning_rate_rises_and_falls_once(double progress, double expected) =>
        Assert.Equal(expected, new Recipe { LearningRate = 0.2, Schedule = Schedule.OneCycle(0.25) }.LearningRateAt(progress), 1e-12);

    // torch 1.13's CosineAnnealingLR(T_max=10) and MultiStepLR([5, 8], gamma=0.1) of a rate of 0.4, from step 1.
    [Fact]
    public void Cosine_and_steps_are_those_of_PyTorch()
    {
        double[] cosine = [0.39021130325903075, 0.3618033988749895, 0.3175570504584947, 0.26180339887498955, 0.20000000000000004, 0.13819660112501056, 0.08244294954150541, 0.03819660112501054, 0.009788696740969296, 0.0];
        double[] steps = [0.4, 0.4, 0.4, 0.4, 0.04000000000000001, 0.04000000000000001, 0.04000000000000001, 0.004000000000000001, 0.004000000000000001, 0.004000000000000001];
        for (var step = 1; step <= 10; step++)
        {
            Assert.Equal(cosine[step - 1], 0.4 * Schedule.Cosine().ShareAt(step / 10.0), 1e-15);
            Assert.Equal(steps[step - 1], 0.4 * Schedule.Steps(0.1, [0.5, 0.8]).ShareAt(step / 10.0), 1e-15);
        }
    }

    [Fact]
    public void Each_rises_from_nothing_to_where_it_would_be()
    {
        Schedule[] all = [Schedule.OneCycle(0.2), Schedule.Cosine(0.2), Schedule.Steps(0.1, [0.5], warmUp: 0.2), Schedule.Constant(0.2)];
        foreach (var schedule in all)
        {
            Assert.Equal(0, schedule.ShareAt(0), 1e-12);
            Assert.Equal(0.5, schedule.ShareAt(0.1), 1e-12);
            Assert.Equal(1, schedule.ShareAt(0.2), 1e-12);
        }

        Assert.Equal(0.5, Schedule.Cosine(0.2).ShareAt(0.6), 1e-12); // the rest of it is a whole half wave
        Assert.Equal(1, Schedule.Constant(0.2).ShareAt(1), 1e-12);
    }

    [Fact]
    public void The_rate_of_He_et_al_falls_after_half_and_three_quarters_of_the_steps()
    {
        const int steps = 64;
        double Rate(int step) => Recipe.HeEtAl2016.LearningRateAt((step + 1.0) / (steps + 1)); // as the trainer asks, steps counted from 0
        Assert.Equal([0.1, 0.1, 0.01, 0.01, 0.001, 0.001], new[] { 0, 31, 32, 47, 48, 63 }.Select(step => Math.Round(Rate(step), 12)));
    }

    [Fact]
    public void Values_outside_their_range_are_refused()
    {
        Assert.Contains("warmUp must be 0 to 1", Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Cosine(1.5)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Steps(0, [0.5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Schedule.Steps(0.1, [1.5]));
    }
}
