using TorchSharp;

namespace TrivialLayers.Tests;

public sealed class LibTorchTests
{
    [Fact]
    public void A_tensor_is_made_multiplied_and_differentiated()
    {
        LiveTensors.AssertUnchangedBy(() =>
        {
            using var scope = torch.NewDisposeScope();
            var weight = torch.tensor(new float[] { 1, 2, 3, 4 }).reshape(2, 2).requires_grad_();
            var loss = weight.matmul(torch.tensor(new float[] { 10, 100 })).sum();
            loss.backward();
            Assert.Equal(640f, loss.item<float>());
            Assert.Equal([10f, 100f, 10f, 100f], weight.grad!.data<float>().ToArray());
        });
    }

    [Fact]
    public void The_folder_of_the_build_comes_before_those_beside_the_assembly()
    {
        var folders = LibTorch.Folders(typeof(LibTorch).Assembly);
        Assert.Contains(Path.Combine("lib", "TrivialLayers", "bin"), folders[0]);
        Assert.Contains(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory), folders);
    }

    [Fact]
    public void Absent_libraries_are_reported_with_the_folders_and_the_command()
    {
        var error = Assert.Throws<LibTorchNotLoadedException>(() => LibTorch.Load(["/nowhere/a", "/nowhere/b"]));
        Assert.Contains("/nowhere/a", error.Message);
        Assert.Contains("/nowhere/b", error.Message);
        Assert.Contains("dotnet add package libtorch-cpu-", error.Message.Split('\n')[0]);
        Assert.Contains("dotnet build lib/TrivialLayers", error.Message);
        Assert.Contains("environment.md", error.Message);
    }

    [Theory]
    [InlineData("/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found", "libstdc++")]
    [InlineData("/lib/libc.so.6: version `GLIBC_2.34' not found", "glibc")]
    [InlineData("libgomp.so.1: cannot open shared object file: No such file or directory", "missing")]
    [InlineData("The specified module could not be found. (0x8007007E)", "Visual C++ Redistributable")]
    [InlineData("libtorch.so: file too short", "damaged")]
    [InlineData("something else", "build again")]
    public void A_refused_library_is_explained(string reason, string remedy)
    {
        var message = LibTorchNotLoadedException.Refused("/x/libtorch.so", reason);
        Assert.Contains("/x/libtorch.so", message);
        Assert.Contains(reason, message);
        Assert.Contains(remedy, message);
        Assert.Contains("environment.md", message);
    }

    [Fact]
    public void A_system_without_a_libtorch_package_is_told_which_systems_have_one() =>
        Assert.Contains("no libtorch package for linux-arm64", LibTorchNotLoadedException.Absent("linux-arm64", "libtorch-cpu-linux-arm64", "2.10.0", []));
}
