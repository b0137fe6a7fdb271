using System.Text.Json;
using TorchSharp;

namespace TrivialLayers.Tests;

public sealed class ComputeDeviceTests : IDisposable
{
    public void Dispose() => ComputeDevice.Use("auto");

    [Fact]
    public void A_build_without_cuda_computes_on_the_processor()
    {
        Assert.SkipWhen(LibTorch.HasCuda, "This libtorch has CUDA.");
        Assert.Equal(DeviceType.CPU, ComputeDevice.Use("auto").type);
        Assert.Equal(DeviceType.CPU, ComputeDevice.Default.type);
    }

    [Fact]
    public void The_chosen_device_becomes_the_default()
    {
        ComputeDevice.Use("meta");
        Assert.Equal(DeviceType.META, ComputeDevice.Default.type);
        ComputeDevice.Use(" CPU ");
        Assert.Equal(DeviceType.CPU, ComputeDevice.Default.type);
    }

    [Fact]
    public void Asking_a_build_without_cuda_for_it_says_how_to_build_one_and_changes_nothing()
    {
        Assert.SkipWhen(LibTorch.HasCuda, "This libtorch has CUDA.");
        var error = Assert.Throws<InvalidOperationException>(() => ComputeDevice.Use("cuda"));
        Assert.Contains("-p:TorchDevice=cuda", error.Message);
        Assert.Equal(DeviceType.CPU, ComputeDevice.Default.type);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    public void An_unknown_device_is_refused_with_the_choices(string name)
    {
        var error = Assert.Throws<InvalidOperationException>(() => ComputeDevice.Use(name));
        Assert.Contains(name, error.Message);
        Assert.Contains("cpu", error.Message);
    }

    [Fact]
    public void Rounding_to_tf32_is_off_unless_asked()
    {
        Assert.False(ComputeDevice.AllowTF32);
        ComputeDevice.AllowTF32 = true;
        Assert.True(ComputeDevice.AllowTF32);
        ComputeDevice.AllowTF32 = false;
        Assert.False(torch.backends.cudnn.allow_tf32);
    }

    [Fact]
    public void The_description_names_device_processor_threads_and_versions()
    {
        ComputeDevice.Use("cpu");
        var here = Provenance.Current();
        var text = ComputeDevice.Describe();
        Assert.StartsWith("cpu: " + here.Processor, text);
        Assert.Contains("thread", text);
        Assert.Contains("libtorch 2.", text);
    }

    [Fact]
    public void Provenance_names_the_device_that_has_the_network_whatever_the_default_is()
    {
        using var network = SmallData.RandomResNet();
        using var images = SmallData.Images("bars", 12, 5);
        ComputeDevice.Use("meta");
        Assert.Equal("cpu", Sweep.Run(network, images).Provenance.Device);
        Assert.Equal("meta", Provenance.Current().Device);
    }

    [Fact]
    public void Provenance_survives_json()
    {
        var here = Provenance.Current();
        Assert.Equal(here, JsonSerializer.Deserialize<Provenance>(JsonSerializer.Serialize(here)));
        Assert.Equal("0.107.0", here.TorchSharp);
        Assert.Equal(TimeSpan.Zero, here.Created.Offset);
        Assert.NotEmpty(here.Processor);
        Assert.True(here.Threads >= 1);
    }
}
