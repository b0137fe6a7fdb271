using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Asserts that work leaves no tensor behind on its thread.</summary>
internal static class LiveTensors
{
    /// <summary>Runs <paramref name="work"/>; as many tensors must live afterwards as before.</summary>
    public static void AssertUnchangedBy(Action work)
    {
        var before = Count;
        work();
        Assert.Equal(before, Count);
    }

    /// <summary>The same for work on several threads: counts the whole process, after what other tests left to the garbage collector is gone.</summary>
    public static void AssertUnchangedInProcessBy(Action work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        work();
        Assert.Equal(before, Tensor.TotalCount);
    }

    private static long Count => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
