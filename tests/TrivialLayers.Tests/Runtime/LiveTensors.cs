using TorchSharp;

namespace TrivialLayers.Tests.Runtime;

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

    private static long Count => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
