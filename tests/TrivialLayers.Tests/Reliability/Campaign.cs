using System.Diagnostics;
using System.Globalization;

namespace TrivialLayers.Tests;

/// <summary>
/// Many tries at making something fail, the same ones for the same seed. A few belong to the usual tests; <c>TRIVIAL_LAYERS_TRIES</c> and <c>TRIVIAL_LAYERS_SEED</c> ask for
/// more and for others. What came of them is printed; <c>tests/RELIABILITY.md</c> says how to see it.
/// </summary>
internal static class Campaign
{
    /// <summary>Beyond twice its size, what a reader of a file may use: buffers and messages, whatever the file.</summary>
    private const long Slack = 1_000_000;

    public static int Tries(int usual) => (int)Asked("TRIVIAL_LAYERS_TRIES", usual);

    public static long Seed(long usual) => Asked("TRIVIAL_LAYERS_SEED", usual);

    public static bool IsFull => Environment.GetEnvironmentVariable("TRIVIAL_LAYERS_TRIES") is { Length: > 0 };

    public static void Tell(FormattableString result) => TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(result));

    /// <summary>
    /// Damages a file again and again. Each time reading must either be refused with the file's name or give exactly what the undamaged file gives, and never use more memory
    /// than twice the file.
    /// </summary>
    /// <param name="path">The file; whole again afterwards.</param>
    /// <param name="read">Reads the file and tells all that a user would see of it.</param>
    /// <param name="usual">How many tries are usual.</param>
    /// <param name="structured">The file is JSON and is damaged by values and members, too.</param>
    /// <param name="allowance">What the reader allocates for any file, beside twice the file's size.</param>
    public static void Damage(string path, Func<string> read, int usual, bool structured = false, long allowance = 0)
    {
        var original = File.ReadAllBytes(path);
        var expected = read();
        var (seed, tries) = (Seed(1), Tries(usual));
        var (mutants, json) = (new Mutants(seed), structured ? new JsonMutants(original, seed) : null);
        var (refused, harmless, slowest) = (0, 0, TimeSpan.Zero);
        for (var i = 0; i < tries; i++)
        {
            var mutant = json is not null && i % 2 == 1 ? json.Next() : mutants.Of(original);
            File.WriteAllBytes(path, mutant);
            var clock = Stopwatch.StartNew();
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var found = read();
                Assert.True(found == expected, $"try {i} of seed {seed} was read as {found}; the undamaged file is {expected}");
                harmless++;
            }
            catch (InvalidDataException error)
            {
                Assert.Contains(Path.GetFileName(path), error.Message, StringComparison.Ordinal);
                refused++;
            }
            catch (Exception error) when (error is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"try {i} of seed {seed}: {error}");
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (2L * Math.Max(mutant.Length, original.Length)) + Slack + allowance);
            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
        }

        File.WriteAllBytes(path, original);
        Assert.Equal(expected, read());
        Tell($"{Path.GetFileName(path)}: {tries} tries with seed {seed}, {refused} refused, {harmless} harmless, 0 wrong; slowest {slowest.TotalMilliseconds:F0} ms");
    }

    private static long Asked(string variable, long usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : usual;
}
