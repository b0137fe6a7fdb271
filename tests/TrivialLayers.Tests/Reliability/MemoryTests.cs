using TorchSharp;

namespace TrivialLayers.Tests;

/// <summary>Work in one process, over and over: what it took, it gives back.</summary>
[Trait("Category", "Slow")]
public sealed class MemoryTests
{
    [Fact]
    public void Sweeps_and_trainings_give_their_memory_back()
    {
        var sweeps = Campaign.Tries(8);
        using var data = SmallData.Split();
        using var network = ResNet.ForSmallImages(8, 16, SmallData.Classes.Length, 1);
        var recipe = new Recipe { Epochs = 1, Batch = 32, LearningRate = 0.05, CropPadding = 1, Flip = false };
        Trainer.Fit(network, data, recipe, 1);
        Sweep.Run(network, data.Test);
        var resident = new List<long>();
        for (var i = 0; i < sweeps; i++)
        {
            if (i % 4 == 0)
                LiveTensors.AssertUnchangedInProcessBy(() => Trainer.Fit(network, data, recipe, i));
            LiveTensors.AssertUnchangedInProcessBy(() => Sweep.Run(network, data.Test));
            GC.Collect();
            resident.Add(Environment.WorkingSet);
        }

        // The first quarter fills caches and compiles.
        var (settled, last) = (resident[sweeps / 4], resident[^1]);
        var growth = 100.0 * (last - settled) / settled;
        Campaign.Tell($"memory: {sweeps} sweeps and {(sweeps + 3) / 4} trainings, tensors back each time; resident {settled >> 20} MiB after a quarter, {last >> 20} MiB at the end ({growth:F1} %)");
        if (Campaign.IsFull)
            Assert.InRange(growth, -100, 2);
    }
}
