using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;

namespace TrivialLayers.Benchmarks;

/// <summary>The parts that are called often, by BenchmarkDotNet.</summary>
[InProcess]
[MemoryDiagnoser]
public class SmallParts
{
    private readonly Outcomes _baseline = Outcomes.From([.. Enumerable.Range(0, 10_000).Select(image => image % 10 != 0)], 0.3);
    private readonly Outcomes _zeroed = Outcomes.From([.. Enumerable.Range(0, 10_000).Select(image => image % 9 != 0)], 0.4);

    internal static void Run(Report report) => BenchmarkRunner.Run<SmallParts>();

    /// <summary>Images lost and gained, of 10,000.</summary>
    [Benchmark]
    public PairedCounts Compare() => _baseline.Against(_zeroed);

    /// <summary>One layer's interval.</summary>
    [Benchmark]
    public Interval Interval() => PairedInterval.Corrected(_baseline.Against(_zeroed));

    /// <summary>The intervals of a network with 21 convolutions.</summary>
    [Benchmark]
    public IReadOnlyList<Interval> Intervals() => PairedInterval.Simultaneous(_baseline, [.. Enumerable.Repeat(_zeroed, 21)], 0.95);
}
