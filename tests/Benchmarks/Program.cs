using TrivialLayers;
using TrivialLayers.Benchmarks;

// Each benchmark measures its alternatives in turn, three times, and prints medians. They need CIFAR-10, see data/README.md, but for first, gpu, launches and onnx, which need no data.
var all = new Dictionary<string, Action<Report>>
{
    ["sweep"] = SweepBenchmark.Run,
    ["joint"] = JointBenchmark.Run,
    ["train"] = TrainBenchmark.Run,
    ["evaluate"] = EvaluateBenchmark.Run,
    ["load"] = LoadBenchmark.Run,
    ["host"] = HostBenchmark.Run,
};
var others = new Dictionary<string, Action<Report>>
{
    ["agreement"] = AgreementBenchmark.Run,
    ["batch"] = BatchBenchmark.Run,
    ["busy"] = BusyBenchmark.Run,
    ["convolutions"] = ConvolutionBenchmark.Run,
    ["first"] = FirstBenchmark.Run,
    ["gpu"] = GpuBenchmark.Run,
    ["growth"] = GrowthBenchmark.Run,
    ["launches"] = LaunchBenchmark.Run,
    ["memory"] = MemoryBenchmark.Run,
    ["onnx"] = OnnxBenchmark.Run,
    ["small"] = SmallParts.Run,
};

NativeMemory.Keep();
if (args is [BusyBenchmark.Single]) // not for people: a benchmark starts it
{
    BusyBenchmark.RunSingle();
    return 0;
}

var names = args.SelectMany(name => name == "all" ? [.. all.Keys] : new[] { name }).ToList();
if (names.Count == 0 || names.Any(name => !all.ContainsKey(name) && !others.ContainsKey(name)))
{
    Console.Error.WriteLine($"Name what to measure: {string.Join(", ", all.Keys)}, all (these six), {string.Join(", ", others.Keys)}.");
    return 2;
}

var report = new Report();
report.Line(ComputeDevice.Describe());
report.Line($"{DateTime.UtcNow:yyyy-MM-dd}, matrix multiply 2048³ float32: {MatrixMultiply.Rate:F0} GFLOP/s");
report.Line(Peer.Description);
foreach (var name in names)
{
    report.Line($"\n{name}");
    (all.GetValueOrDefault(name) ?? others[name])(report);
}

report.PrintFigures();
return 0;
