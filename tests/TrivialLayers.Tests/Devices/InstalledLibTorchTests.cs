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

    private const string Wrapper = "libLibTorchSharp.so";

    private static string Packaged => LibTorch.Folders(typeof(LibTorch).Assembly)[0];

    [Fact]
    public async Task The_libtorch_of_another_folder_is_taken_when_its_folder_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Read on Linux only.");
        using var folder = new TemporaryFolder();
        LinkLibTorch(folder.Path);
        using var worker = WorkerProcess.With(LibTorch.FolderVariable, folder.Path, "describe");
        Assert.Equal(0, await worker.End());
        Assert.Contains(worker.Lines, line => line.Contains("libtorch 2.10.0,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_build_without_a_libtorch_takes_the_one_that_is_named_and_says_so_when_none_is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Supported on Linux only.");
        using var folder = new TemporaryFolder();
        LinkLibTorch(folder["installed"]);
        BuildWithoutLibTorch(folder.Path);
        File.CreateSymbolicLink(Path.Combine(folder.Path, Wrapper), Path.Combine(Packaged, Wrapper));
        using (var worker = WorkerProcess.In(folder.Path, LibTorch.FolderVariable, folder["installed"], "describe"))
        {
            Assert.Equal(0, await worker.End());
            Assert.Contains(worker.Lines, line => line.Contains("libtorch 2.10.0,", StringComparison.Ordinal));
        }

        using var without = WorkerProcess.In(folder.Path, LibTorch.FolderVariable, "", "describe");
        Assert.NotEqual(0, await without.End());
        Assert.Contains(LibTorch.FolderVariable, string.Join('\n', without.Lines));
    }

    [Fact]
    public async Task A_libtorch_that_lacks_a_symbol_is_refused_with_its_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Supported on Linux only.");
        using var folder = new TemporaryFolder();
        LinkLibTorch(folder["installed"]);
        BuildWithoutLibTorch(folder.Path);
        var wrapper = File.ReadAllBytes(Path.Combine(Packaged, Wrapper));
        var symbol = wrapper.AsSpan().IndexOf("\0_ZN2at13globalContextEv\0"u8);
        Assert.True(symbol > 0);
        wrapper[symbol + "\0_ZN2at13globalC".Length] = (byte)'0'; // no libtorch has this one
        File.WriteAllBytes(Path.Combine(folder.Path, Wrapper), wrapper);
        using var worker = WorkerProcess.In(folder.Path, LibTorch.FolderVariable, folder["installed"], "describe");
        Assert.NotEqual(0, await worker.End());
        var said = string.Join('\n', worker.Lines);
        Assert.Contains("_ZN2at13globalC0ntextEv", said);
        Assert.Contains("libtorch 2.10 or newer", said);
    }

    [Fact]
    public async Task One_that_the_system_refuses_to_load_is_refused_with_the_reason_and_what_is_wanted()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Read on Linux only.");
        using var folder = new TemporaryFolder();
        LinkLibTorch(folder.Path);
        var engine = Path.Combine(folder.Path, "libtorch_cpu.so");
        File.Delete(engine);
        File.WriteAllText(engine, "half a download");
        using var worker = WorkerProcess.With(LibTorch.FolderVariable, folder.Path, "describe");
        Assert.NotEqual(0, await worker.End());
        var said = string.Join('\n', worker.Lines);
        Assert.Contains($"The libtorch of {LibTorch.FolderVariable}, {folder.Path}, cannot be used: the system refuses to load it:", said);
        Assert.Contains("file too short", said);
        Assert.Contains("libtorch 2.10 or newer", said);
        Assert.DoesNotContain("Delete the bin folder", said);
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
        Assert.Equal("2.11.0, CUDA 13.0, cuDNN 9.17.1", found.ToString());
        Assert.Null(LibTorchConfiguration.WhyUnfit(found, new Version(2, 10, 0), isOldAbi: false));
    }

    [Fact]
    public void An_earlier_cudnn_stands_there_as_it_is() => Assert.Equal("2.10.0, cuDNN 8.9.2", LibTorchConfiguration.Parse("  - CuDNN 8.9.2\n TORCH_VERSION=2.10.0,")!.ToString());

    [Fact]
    public void A_libtorch_has_cuda_when_its_folder_has_the_library_for_it()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "libtorch_cpu.so"), "");
        Assert.False(LibTorch.IsForCuda(folder.Path));
        File.WriteAllText(Path.Combine(folder.Path, "libtorch_cuda.so"), "");
        Assert.True(LibTorch.IsForCuda(folder.Path));
    }

    [Theory]
    [InlineData("TORCH_VERSION=1.13.1,", false, "version 1.13.1")]
    [InlineData("TORCH_VERSION=2.9.1,", false, "version 2.9.1")]
    [InlineData("", true, "before 2011")]
    [InlineData("", false, "does not say")]
    public void One_that_is_too_old_or_of_another_abi_is_refused_with_what_was_found(string configuration, bool isOldAbi, string expected) =>
        Assert.Contains(expected, LibTorchConfiguration.WhyUnfit(LibTorchConfiguration.Parse(configuration), new Version(2, 10, 0), isOldAbi));

    [Fact]
    public void Nvidia_s_libraries_beside_it_come_in_the_order_in_which_one_needs_another()
    {
        using var site = new TemporaryFolder();
        var torch = Directory.CreateDirectory(Path.Combine(site.Path, "torch", "lib")).FullName;
        foreach (var (package, file) in new[] { ("cudnn", "libcudnn.so.9"), ("cu13", "libcublas.so.13"), ("cu13", "libcublasLt.so.13"), ("cu13", "libcudart.so.13"), ("cu13", "libother.so.1") })
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(site.Path, "nvidia", package, "lib")).FullName, file), "");
        Assert.Equal(["libcudart.so.13", "libcublasLt.so.13", "libcublas.so.13", "libcudnn.so.9"], NvidiaLibraries.BesideOf(torch).Select(Path.GetFileName));
    }

    /// <summary>The package's libtorch, in another folder and without TorchSharp's own library.</summary>
    private static void LinkLibTorch(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(Packaged, "*.so*").Where(file => Path.GetFileName(file) != Wrapper))
            File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(file)), file);
    }

    /// <summary>What <c>-p:TorchDevice=none</c> builds, in a folder, but for TorchSharp's own library, which it has there too.</summary>
    private static void BuildWithoutLibTorch(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "Worker.*.json")))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(folder, LibTorch.BuildsFolder), folder);
    }
}
