namespace TrivialLayers.Tests;

/// <summary><c>TRIVIAL_LAYERS_LIBTORCH</c>: a libtorch that is there already.</summary>
public sealed class InstalledLibTorchTests
{
    private const string Configuration =
        """
        PyTorch built with:
          - GCC 13.3
          - C++ Version: 201703
          - CUDA Runtime 13.0
          - NVCC architecture flags: -gencode;arch=compute_90,code=sm_90
          - CuDNN 91.7.1
          - Build settings: BLAS_INFO=mkl, CUDA_VERSION=13.0, CXX_FLAGS= -O2, TORCH_VERSION=2.11.0, USE_CUDA=ON,
        """;

    [Fact]
    public async Task The_libtorch_of_another_folder_is_taken_when_its_folder_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Read on Linux only.");
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(LibTorch.Folders(typeof(LibTorch).Assembly)[0], "*.so*").Where(file => !file.EndsWith("libLibTorchSharp.so", StringComparison.Ordinal)))
            File.CreateSymbolicLink(Path.Combine(folder.Path, Path.GetFileName(file)), file);
        using var worker = WorkerProcess.With(LibTorch.FolderVariable, folder.Path, "describe");
        Assert.Equal(0, await worker.End());
        Assert.Contains(worker.Lines, line => line.Contains("libtorch 2.10.0,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_without_one_is_refused_though_a_package_is_there()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Read on Linux only.");
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "libtorch_cpu.so.1.13"), "");
        using var worker = WorkerProcess.With(LibTorch.FolderVariable, folder.Path, "describe");
        Assert.NotEqual(0, await worker.End());
        var said = string.Join('\n', worker.Lines);
        Assert.Contains("It contains libtorch_cpu.so.1.13.", said);
        Assert.Contains("libtorch 2.10 or newer", said);
    }

    [Fact]
    public async Task The_libtorch_of_an_old_PyTorch_is_refused_with_its_version_and_the_one_that_is_wanted()
    {
        const string folder = "/usr/lib/python3/dist-packages/torch/lib";
        Assert.SkipUnless(
            File.Exists(Path.Combine(folder, "libtorch_cpu.so")) && File.Exists("/usr/lib/x86_64-linux-gnu/libtorch_cpu.so.1.13"),
            "PyTorch 1.13 is not installed (Debian 12's package python3-torch, on x64).");
        using var worker = WorkerProcess.With(LibTorch.FolderVariable, folder, "describe");
        Assert.NotEqual(0, await worker.End());
        var said = string.Join('\n', worker.Lines);
        Assert.Contains(folder, said);
        Assert.Contains("version 1.13", said);
        Assert.Contains("libtorch 2.10 or newer", said);
    }

    [Fact]
    public void The_version_is_the_native_library_s_own()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Asked on Linux only.");
        Assert.Equal(new Version(2, 10, 0), LibTorchConfiguration.OfLoaded()!.Torch);
        Assert.Equal("2.10.0", LibTorch.Version);
    }

    [Fact]
    public void What_a_libtorch_for_cuda_says_of_itself_is_understood()
    {
        var found = LibTorchConfiguration.Parse(Configuration)!;
        Assert.Equal("2.11.0, CUDA 13.0, cuDNN 91.7.1", found.ToString());
        Assert.Null(LibTorchConfiguration.WhyUnfit(found, new Version(2, 10, 0), isOldAbi: false));
    }

    [Theory]
    [InlineData("TORCH_VERSION=1.13.1,", false, "version 1.13.1")]
    [InlineData("TORCH_VERSION=2.9.1,", false, "version 2.9.1")]
    [InlineData("", true, "before 2011")]
    [InlineData("", false, "does not say")]
    public void One_that_is_too_old_or_of_another_abi_is_refused_with_what_was_found(string configuration, bool isOldAbi, string expected) =>
        Assert.Contains(expected, LibTorchConfiguration.WhyUnfit(LibTorchConfiguration.Parse(configuration), new Version(2, 10, 0), isOldAbi));

    [Fact]
    public void A_library_that_lacks_a_symbol_is_told_before_the_call()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Read on Linux only.");
        Assert.NotNull(EagerLoad.ErrorOf("/nowhere/libLibTorchSharp.so"));
        Assert.Null(EagerLoad.ErrorOf("libc.so.6"));
    }

    [Fact]
    public void Nvidia_s_libraries_beside_it_come_in_the_order_in_which_one_needs_another()
    {
        using var site = new TemporaryFolder();
        var torch = Directory.CreateDirectory(Path.Combine(site.Path, "torch", "lib")).FullName;
        foreach (var (package, file) in new[] { ("cudnn", "libcudnn.so.9"), ("cu13", "libcublas.so.13"), ("cu13", "libcublasLt.so.13"), ("cu13", "libcudart.so.13"), ("cu13", "libother.so.1") })
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(site.Path, "nvidia", package, "lib")).FullName, file), "");
        Assert.Equal(["libcudart.so.13", "libcublasLt.so.13", "libcublas.so.13", "libcudnn.so.9"], NvidiaLibraries.BesideOf(torch).Select(Path.GetFileName));
    }
}
