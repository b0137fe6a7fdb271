using TrivialLayers;
using System.Globalization;
using TrivialLayers.Tests;
using TrivialLayers.Worker;

// A process for the tests to start several of and to kill. It prints what it did, and last the fingerprint of what it got:
//   train FOLDER SEED      a run
//   sweep FOLDER SEED      the sweep of that run
//   fetch FOLDER ADDRESS   the small data set
//   memory                 where 31 MB of memory come from, once the library is in use and once it was asked to keep memory
//   describe               the device and the versions
//   convolutions FAULT …   tries shapes of convolutions, with a fault in those to 32 channels
// When it begins to work it says so, and waits while there is a file FOLDER/pause.
if (args[0] is "memory")
{
    Console.WriteLine(MemorySource.InWords());
    return;
}

if (args[0] is "describe")
{
    Console.WriteLine(ComputeDevice.Describe());
    return;
}

if (args[0] is "convolutions")
{
    ConvolutionCheck.Answer(args[2..], FaultyConvolution.With(args[1]), Console.Out);
    return;
}

NativeMemory.Keep();
var (work, place) = (args[0], args[1]);
Action<string> report = Console.WriteLine;
report(work switch
{
    "train" => Train(),
    "sweep" => Swept(),
    _ => await Fetch(),
});

FirstReport Begins(string what) => new(() =>
{
    report(what);
    while (File.Exists(Path.Combine(place, "pause")))
        Thread.Sleep(10);
});

(ResNet Network, DataSplit Data) Trained()
{
    Threads.Use(1);
    var network = ResNet.ForSmallImages(8, 16, SmallData.Classes.Length, 1);
    var data = SmallData.Split();
    var recipe = new Recipe { Epochs = 6, Batch = 32, LearningRate = 0.05, CropPadding = 1, Flip = false };
    new RunStore(Path.Combine(place, "runs"), report: report).GetOrTrain(
        network, data, recipe, long.Parse(args[2], CultureInfo.InvariantCulture), Begins("training"));
    return (network, data);
}

string Train()
{
    var (network, data) = Trained();
    using (network)
    using (data)
        return NetworkDescription.WeightsOf(network);
}

string Swept()
{
    var (network, data) = Trained();
    using (network)
    using (data)
    {
        var sweep = Sweep.Run(network, data.Test, progress: Begins("sweeping"), store: new SweepStore(Path.Combine(place, "sweeps"), report: report));
        return string.Join(",", sweep.Targets.Select(layer => Convert.ToHexString(layer.Measured.Outcomes!.Packed.Span)));
    }
}

async Task<string> Fetch()
{
    using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
    var download = new Download(client, TimeSpan.FromSeconds(30), TimeSpan.Zero);
    await new DatasetFetch(SmallDownload.Entry(args[2]), place, download, report).Run(Begins("downloading"), CancellationToken.None);
    return SmallDownload.Sum(await File.ReadAllBytesAsync(Path.Combine(place, "small", "train.bin")));
}

internal sealed class FirstReport(Action first) : IProgress<ProgressReport>
{
    private Action? _first = first;

    public void Report(ProgressReport value) => Interlocked.Exchange(ref _first, null)?.Invoke();
}
