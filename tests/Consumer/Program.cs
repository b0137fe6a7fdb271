using TorchSharp;
using TrivialLayers;

// A program as anybody may write it who installed the packages: images of its own, two batches of training, a sweep, a figure.
Console.WriteLine(ComputeDevice.Describe());

string[] classes = ["dark", "bright"];
var train = Squares("squares to learn from", 20, seed: 1);
using var data = new DataSplit("squares", train, Squares("squares to choose on", 20, seed: 2, train), Squares("squares to test on", 20, seed: 3, train));

using var network = ResNet.ForSmallImages(depth: 8, width: 16, classes: classes.Length, channels: 1);
var recipe = new Recipe { Epochs = 1, Batch = 10 };
var run = new RunStore("runs").GetOrTrain(network, data, recipe, seed: 1);
Console.WriteLine($"trained: {run.History.Epochs.Count} epoch of {train.Count / recipe.Batch} batches");

var sweep = Sweep.Run(network, data.Test);
Console.WriteLine($"swept: {sweep.Targets.Count} layers");

var figure = SweepFigures.ByLayer(sweep);
File.WriteAllText("accuracy.svg", figure.Svg);
File.WriteAllBytes("accuracy.png", figure.Png);
Console.WriteLine($"drawn: {figure.Caption}");

ImageSet Squares(string name, int count, int seed, ImageSet? normalisedAs = null)
{
    using var scope = torch.NewDisposeScope();
    using var generator = new torch.Generator((ulong)seed, torch.CPU);
    var labels = torch.arange(count, torch.ScalarType.Int64).remainder(2);
    var images = torch.randint(0, 60, [count, 1, 16, 16], torch.ScalarType.Float32, generator: generator) + (labels.reshape(count, 1, 1, 1) * 150);
    return new ImageSet(name, images.to(torch.ScalarType.Byte), labels, classes, normalisedAs?.Mean, normalisedAs?.Std);
}
