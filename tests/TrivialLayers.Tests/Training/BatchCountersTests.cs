using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>How many batches each batch norm saw, counted without the GPU.</summary>
public sealed class BatchCountersTests
{
    [Fact]
    public void On_a_device_a_batch_norm_counts_on_the_CPU_during_an_epoch_and_has_its_own_counter_back_after_it()
    {
        using var network = ResNet.ForSmallImages(8, 4, 3, 1).to(META);
        using (new BatchCounters(network))
            Assert.All(Counters(network), counter => Assert.Equal(DeviceType.CPU, counter.device_type));
        Assert.All(Counters(network), counter => Assert.Equal((DeviceType.META, 0), (counter.device_type, counter.dim())));
    }

    [Fact]
    public void Each_call_in_training_mode_counts_and_what_was_counted_before_stays()
    {
        using var scope = NewDisposeScope();
        using var once = BatchNorm2d(2);
        using var twice = BatchNorm2d(2);
        using var never = BatchNorm2d(2);
        using var network = Sequential(("once", once), ("twice", twice), ("again", twice), ("never", never));
        never.num_batches_tracked!.fill_(7);
        network.train();
        never.eval();
        network.call(zeros(3, 2, 4, 4));

        using (new BatchCounters(network))
        {
            network.call(zeros(3, 2, 4, 4));
            network.call(zeros(3, 2, 4, 4));
        }

        Assert.Equal([3, 6, 7], new[] { once, twice, never }.Select(norm => norm.num_batches_tracked!.item<long>()));
    }

    [Fact]
    public void One_that_averages_over_all_batches_reads_its_counter_and_keeps_it()
    {
        using var norm = BatchNorm2d(2).to(META);
        norm.momentum = null;
        using (new BatchCounters(norm))
            Assert.Equal(DeviceType.META, norm.num_batches_tracked!.device_type);
    }

    [Fact]
    public void A_training_counts_each_of_its_steps_once()
    {
        using var network = SmallData.RandomResNet();
        using var data = SmallData.Split();
        var seen = new List<long>();
        Trainer.Fit(network, data, new Recipe { Epochs = 2, Batch = 32, LearningRate = 0.01 }, seed: 1, afterEpoch: (trained, _) => seen.AddRange(Counters(trained).Select(counter => counter.item<long>()).Distinct()));
        Assert.Equal([3, 6], seen);
    }

    private static IEnumerable<Tensor> Counters(Module network) => network.modules().OfType<NormBase>().Select(norm => norm.num_batches_tracked!);
}
