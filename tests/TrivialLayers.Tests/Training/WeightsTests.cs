using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

public sealed class WeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Weights_of_other_classes_load_but_for_the_last_layer_which_is_reported()
    {
        using var published = ResNet.ForLargeImages(18, classes: 7, width: 4);
        Initialisation.He(published, 1);
        Weights.Save(published, _folder["published.safetensors"]);
        using var network = ResNet.ForLargeImages(18, classes: 3, width: 4);
        Initialisation.He(network, 2);
        var head = network.get_parameter("fc.weight")!.data<float>().ToArray();

        var report = Weights.LoadByName(network, _folder["published.safetensors"]);

        Assert.False(report.IsComplete);
        Assert.Equal(["fc.weight [7, 32], not [3, 32]", "fc.bias [7], not [3]"], report.Misshapen);
        Assert.Empty(report.Missing);
        Assert.Empty(report.Extra);
        Assert.Equal(published.get_parameter("layer4.1.conv2.weight")!.data<float>().ToArray(), network.get_parameter("layer4.1.conv2.weight")!.data<float>().ToArray());
        Assert.Equal(head, network.get_parameter("fc.weight")!.data<float>().ToArray());
    }

    [Fact]
    public void Missing_and_extra_tensors_are_reported_and_other_number_types_converted()
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.ForSmallImages(8, 4, 3, 1);
        var tensors = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value);
        tensors.Remove("bn1.running_var");
        tensors["head.weight"] = zeros(1);
        tensors["conv1.weight"] = ones_like(tensors["conv1.weight"]).to(ScalarType.Float16);
        using (var file = File.Create(_folder["other.safetensors"]))
            Safetensors.Write(file, tensors);

        var report = Weights.LoadByName(network, _folder["other.safetensors"]);

        Assert.Equal(["bn1.running_var"], report.Missing);
        Assert.Equal(["head.weight"], report.Extra);
        Assert.All(network.get_parameter("conv1.weight")!.data<float>(), value => Assert.Equal(1, value));
        Assert.Contains("Missing: bn1.running_var. Extra: head.weight.", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("does not fit the network", Assert.Throws<InvalidDataException>(() => Weights.Load(network, _folder["other.safetensors"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_which_nothing_fits_is_an_error()
    {
        using var vgg = Vgg.ForSmallImages(11, 1 / 16.0, 3, 1);
        Weights.Save(vgg, _folder["vgg.safetensors"]);
        using var network = ResNet.ForSmallImages(8, 4, 3, 1);
        var error = Assert.Throws<InvalidDataException>(() => Weights.LoadByName(network, _folder["vgg.safetensors"]));
        Assert.Contains("no tensor that fits", error.Message, StringComparison.Ordinal);
    }
}
