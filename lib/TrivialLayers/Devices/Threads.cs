using System.Globalization;
using TorchSharp;

namespace TrivialLayers;

/// <summary>
/// How many threads one torch operation uses. By default torch's own choice, one per physical core, but never more than this
/// process may use. <c>TRIVIAL_LAYERS_THREADS</c> overrides it, and <c>OMP_NUM_THREADS</c> where that is not set. More
/// threads than idle cores slow torch down badly.
/// </summary>
public static class Threads
{
    private static readonly Lock s_lock = new();
    private static bool s_chosen;

    /// <summary>Threads in use, at least 1.</summary>
    /// <exception cref="LibTorchNotLoadedException">libtorch could not be loaded.</exception>
    /// <exception cref="InvalidOperationException"><c>TRIVIAL_LAYERS_THREADS</c> is not a number of threads.</exception>
    public static int Count
    {
        get
        {
            Choose();
            return torch.get_num_threads();
        }
    }

    /// <summary>Uses <paramref name="count"/> threads from now on.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    /// <exception cref="LibTorchNotLoadedException">libtorch could not be loaded.</exception>
    public static void Use(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        LibTorch.Demand();
        lock (s_lock)
        {
            torch.set_num_threads(count);
            s_chosen = true;
        }
    }

    /// <summary>Applies the default, or what the environment asks for, once in a process.</summary>
    internal static void Choose()
    {
        LibTorch.Demand();
        lock (s_lock)
        {
            if (s_chosen)
                return;
            // libtorch has read OMP_NUM_THREADS already; without it, its math library takes one thread per physical core.
            var count = Parse(Environment.GetEnvironmentVariable("TRIVIAL_LAYERS_THREADS"))
                ?? (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is { Length: > 0 } ? torch.get_num_threads() : Math.Min(torch.get_num_threads(), Environment.ProcessorCount));
            torch.set_num_threads(count);
            s_chosen = true;
        }
    }

    /// <summary>The number that <c>TRIVIAL_LAYERS_THREADS</c> asks for; null when it asks for none.</summary>
    internal static int? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 1024
            ? count
            : throw new InvalidOperationException($"TRIVIAL_LAYERS_THREADS is '{text}'. Give a whole number from 1 to 1024, or leave it unset for one thread per core.");
    }
}
