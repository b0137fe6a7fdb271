using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TrivialLayers;

/// <summary>
/// Which convolutions oneDNN computes wrongly here. Each shape is tried once for each machine, libtorch and number of threads, in another process, which may crash; what was found is kept in a folder,
/// a file for each shape. A folder that cannot be read or written costs time and nothing else. So does another process that tries the same: both find the same.
/// </summary>
/// <param name="folder">Where findings are kept, or null for nowhere.</param>
/// <param name="child">Makes a process that answers as <see cref="ConvolutionCheck.Answer"/>, in a folder of its own and with its arguments; null where no process can be started.</param>
/// <param name="patience">For how long an answer is waited for.</param>
internal sealed class ConvolutionTrials(string? folder, Func<string, IReadOnlyList<string>, ProcessStartInfo?> child, TimeSpan patience)
{
    /// <summary>What is said of a convolution that is wrong on some CPUs, where it could not be tried.</summary>
    public const string Untried = "wrong on some CPUs, and no process could be started to try it on this one";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Finding> _found = [];

    /// <summary>What was found out about a shape.</summary>
    /// <param name="Subject">The machine, libtorch, threads and shape, in words.</param>
    /// <param name="Fault">What is wrong with it, or null.</param>
    internal sealed record Finding(string Subject, string? Fault);

    /// <summary>The first convolution that is wrong here, or is not known to be right, and why; null when all are right. The others may not have been tried.</summary>
    /// <param name="shapes">The shapes that are asked about.</param>
    /// <param name="threads">Threads that libtorch computes with.</param>
    public (ConvolutionShape Shape, string Fault)? FirstWrong(IReadOnlyList<ConvolutionShape> shapes, int threads)
    {
        lock (_lock)
        {
            var untried = new List<ConvolutionShape>();
            foreach (var shape in shapes)
            {
                var subject = Subject(shape, threads);
                if ((_found.GetValueOrDefault(subject) ?? Kept(subject)) is not { } finding)
                    untried.Add(shape);
                else if (finding.Fault is { } fault)
                    return (shape, fault);
            }

            return untried.Count > 0 ? Try(untried, threads) : null;
        }
    }

    /// <summary>Tries shapes until one is wrong. Where there is no answer, the convolutions that are wrong on some CPUs count as wrong in this process.</summary>
    private (ConvolutionShape Shape, string Fault)? Try(IReadOnlyList<ConvolutionShape> shapes, int threads)
    {
        using var trial = Begin(shapes, threads);
        foreach (var (index, shape) in shapes.Index())
        {
            var (fault, lasts) = trial.Next() ?? (ProcessorFeatures.IsDoubtful(shape) ? Untried : null, false);
            if (fault is not null && lasts && index > 0)
                lasts = IsWrongAlone(shape, threads); // else a convolution before it may have spoilt the process
            var finding = new Finding(Subject(shape, threads), fault);
            _found[finding.Subject] = finding;
            if (lasts)
                Keep(finding);
            if (fault is not null)
                return (shape, fault);
        }

        return null;
    }

    private bool IsWrongAlone(ConvolutionShape shape, int threads)
    {
        using var alone = Begin([shape], threads);
        return alone.Next() is { Fault: not null, Lasts: true };
    }

    private ConvolutionTrial Begin(IReadOnlyList<ConvolutionShape> shapes, int threads) =>
        new(child, [threads.ToString(CultureInfo.InvariantCulture), .. shapes.Select(shape => shape.ToText())], patience);

    private Finding? Kept(string subject)
    {
        try
        {
            var kept = File(subject) is { } file && System.IO.File.Exists(file) ? JsonSerializer.Deserialize<Finding>(System.IO.File.ReadAllText(file)) : null;
            return kept?.Subject == subject ? _found[subject] = kept : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null; // It is found out again.
        }
    }

    private void Keep(Finding finding)
    {
        try
        {
            if (File(finding.Subject) is not { } file)
                return;
            Directory.CreateDirectory(folder!);
            AtomicFile.WriteText(file, JsonSerializer.Serialize(finding) + "\n");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next process finds it out again.
        }
    }

    private string? File(string subject) => folder is null ? null : Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)))[..32] + ".json");

    private static string Subject(ConvolutionShape shape, int threads) =>
        string.Create(CultureInfo.InvariantCulture, $"check {ConvolutionCheck.Version}; {ProcessorFeatures.Description}; libtorch {LibTorch.Version}; {threads} threads; {shape.ToText()}");
}
