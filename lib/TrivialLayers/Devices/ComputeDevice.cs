using System.Globalization;
using TorchSharp;

namespace TrivialLayers;

/// <summary>
/// The one place a device comes from: the GPU when this build has CUDA and a GPU is there, else the CPU.
/// <c>TRIVIAL_LAYERS_DEVICE</c> (<c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>) or <see cref="Use"/> override it.
/// </summary>
public static class ComputeDevice
{
    private static readonly Lock s_lock = new();
    private static torch.Device? s_default;

    /// <summary>The device that everything uses unless told otherwise.</summary>
    /// <exception cref="LibTorchNotLoadedException">libtorch could not be loaded.</exception>
    /// <exception cref="InvalidOperationException">The environment asks for a device that is not there, or for an impossible number of threads.</exception>
    public static torch.Device Default
    {
        get
        {
            lock (s_lock)
                return s_default ??= Choose(Environment.GetEnvironmentVariable("TRIVIAL_LAYERS_DEVICE"));
        }
    }

    /// <summary>
    /// True lets an NVIDIA GPU round the factors of matrix products and convolutions to 10 bits (TF32): faster, but not the
    /// arithmetic of the CPU. False unless asked; set it before any work.
    /// </summary>
    /// <exception cref="LibTorchNotLoadedException">libtorch could not be loaded.</exception>
    public static bool AllowTF32
    {
        get
        {
            _ = Default;
            return torch.backends.cuda.matmul.allow_tf32;
        }
        set
        {
            _ = Default;
            torch.backends.cuda.matmul.allow_tf32 = value;
            torch.backends.cudnn.allow_tf32 = value;
        }
    }

    /// <summary>Makes <paramref name="name"/> the default device from now on, and returns it.</summary>
    /// <param name="name"><c>auto</c>, <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> and so on, or <c>meta</c> (shapes without numbers).</param>
    /// <exception cref="InvalidOperationException">There is no such device here; the message says why.</exception>
    /// <exception cref="LibTorchNotLoadedException">libtorch could not be loaded.</exception>
    public static torch.Device Use(string name)
    {
        lock (s_lock)
            return s_default = Choose(name);
    }

    /// <summary>One line for a report: the default device, the CPU or GPU, the threads and the versions.</summary>
    /// <exception cref="LibTorchNotLoadedException">libtorch could not be loaded.</exception>
    public static string Describe()
    {
        var here = Provenance.Current();
        return $"{here.Device}: {here.Processor}, {here.ThreadsInWords}; TorchSharp {here.TorchSharp}, libtorch {here.LibTorch}, {here.DotNet}, {here.OperatingSystem}";
    }

    private static torch.Device Choose(string? name)
    {
        Threads.Choose();
        var wanted = string.IsNullOrWhiteSpace(name) ? "auto" : name.Trim().ToLowerInvariant();
        var device = wanted switch
        {
            "auto" => CudaCount() > 0 ? torch.CUDA : torch.CPU,
            "cpu" => torch.CPU,
            "meta" => torch.META,
            "cuda" => Cuda(0),
            _ when wanted.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(wanted.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) => Cuda(index),
            _ => throw new InvalidOperationException($"There is no device '{name}'. Choose auto, cpu, cuda or, with several GPUs, cuda:0, cuda:1 and so on."),
        };
        if (s_default is null)
        {
            torch.backends.cuda.matmul.allow_tf32 = false;
            torch.backends.cudnn.allow_tf32 = false;
        }
        return device;
    }

    private static int CudaCount() => LibTorch.HasCuda && torch.cuda.is_available() ? torch.cuda.device_count() : 0;

    private static torch.Device Cuda(int index)
    {
        if (!LibTorch.HasCuda)
            throw new InvalidOperationException("This libtorch is built for the CPU and has no CUDA. In a program, use the package TorchSharp-cuda-linux or TorchSharp-cuda-windows instead of libtorch-cpu; in the repository, build with -p:TorchDevice=cuda; or name the libtorch of an installed PyTorch with TRIVIAL_LAYERS_LIBTORCH (see environment.md). Or use the device cpu.");
        var count = CudaCount();
        if (count == 0)
            throw new InvalidOperationException("libtorch finds no usable NVIDIA GPU. Check the driver with nvidia-smi (see environment.md), or use the device cpu.");
        return index < count
            ? torch.device(DeviceType.CUDA, index)
            : throw new InvalidOperationException($"There is no device cuda:{index}; this machine has {count}: cuda:0 to cuda:{count - 1}.");
    }
}
