namespace TrivialLayers;

/// <summary>
/// NVIDIA's libraries as Python's packages install them beside PyTorch: <c>site-packages/torch/lib</c> and <c>site-packages/nvidia/…/lib</c>. Loaded by full path before libtorch, they are found without
/// <c>LD_LIBRARY_PATH</c>, and before others that the system may have.
/// </summary>
internal static class NvidiaLibraries
{
    /// <summary>In the order in which one needs another.</summary>
    private static readonly string[] s_names =
    [
        "cudart", "nvrtc", "nvJitLink", "cublasLt", "cublas", "cupti", "cufft", "curand", "cusparse", "cusparseLt", "cusolver", "cufile", "nccl", "nvshmem_host", "cudnn",
    ];

    /// <summary>Those for the libtorch of a folder, in the order in which to load them.</summary>
    public static IReadOnlyList<string> BesideOf(string folder)
    {
        var packages = Path.Combine(folder, "..", "..", "nvidia");
        var folders = new List<string> { folder };
        if (Directory.Exists(packages))
            folders.AddRange(Directory.EnumerateDirectories(packages).Order(StringComparer.Ordinal).Select(package => Path.GetFullPath(Path.Combine(package, "lib"))).Where(Directory.Exists));
        return [.. s_names.SelectMany(name => folders.SelectMany(place => Directory.EnumerateFiles(place, $"lib{name}.so.*").Order(StringComparer.Ordinal)))];
    }
}
