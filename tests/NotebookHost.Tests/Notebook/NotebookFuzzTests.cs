using System.Diagnostics;
using System.Globalization;
using System.Text;
using NotebookHost.Notebook;

namespace NotebookHost.Tests.Notebook;

/// <summary>
/// Files with random faults, the same ones for the same seed: refused with one kind of error, or read and written back to the byte. <c>TRIVIAL_LAYERS_TRIES</c> and
/// <c>TRIVIAL_LAYERS_SEED</c> ask for more and for others; see <c>tests/RELIABILITY.md</c>.
/// </summary>
public sealed class NotebookFuzzTests : IDisposable
{
    private static readonly string[] s_pieces = ["{", "}", "[", "]", "null", "\"\"", "-1", "1e999", ",", "\"cells\"", "\\u0000", "\\ud800", "\ufeff", "\r"];

    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("notebook-host-").FullName, "mutant.ipynb");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Fact]
    public void Faults_in_the_structure()
    {
        var mutants = new NotebookMutants(JupyterLayoutTests.InLayout, Asked("TRIVIAL_LAYERS_SEED", 20202));
        Assert.InRange(Fuzz("structure", () => Encoding.UTF8.GetBytes(mutants.Next())), 0.05, 0.95);
    }

    [Fact]
    public void Faults_in_the_text()
    {
        var random = new Random(Asked("TRIVIAL_LAYERS_SEED", 20201));
        Fuzz("text", () => Encoding.UTF8.GetBytes(Edited(random, JupyterLayoutTests.InLayout, s_pieces[random.Next(s_pieces.Length)])));
    }

    [Fact]
    public void Faults_in_the_bytes()
    {
        var random = new Random(Asked("TRIVIAL_LAYERS_SEED", 20203));
        var bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(JupyterLayoutTests.InLayout));
        Fuzz("bytes", () => Encoding.Latin1.GetBytes(Edited(random, bytes, ((char)random.Next(256)).ToString())));
    }

    /// <summary>The share that was read.</summary>
    private double Fuzz(string kind, Func<byte[]> next)
    {
        var tries = Asked("TRIVIAL_LAYERS_TRIES", 7_000);
        var (read, slowest) = (0, TimeSpan.Zero);
        for (var i = 0; i < tries; i++)
        {
            var mutant = next();
            File.WriteAllBytes(_path, mutant);
            var clock = Stopwatch.StartNew();
            try
            {
                var document = NotebookDocument.Load(_path);
                Assert.Equal(Encoding.UTF8.GetString(mutant), document.ToText());
                document.Metadata["new"] = 1;
                var changed = document.ToText();
                Assert.Equal(changed, NotebookDocument.Parse(changed, _path).ToText());
                read++;
            }
            catch (NotebookFormatException error)
            {
                Assert.StartsWith($"{_path} is not a notebook", error.Message, StringComparison.Ordinal);
            }
            catch (Exception error)
            {
                Assert.Fail($"{kind}, try {i}: {error}");
            }

            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
        }

        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant($".ipynb, faults in the {kind}: {tries} tries, {tries - read} refused, {read} read and written back, 0 wrong; slowest {slowest.TotalMilliseconds:F0} ms"));
        return (double)read / tries;
    }

    private static string Edited(Random random, string text, string piece)
    {
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var at = random.Next(text.Length);
            var cut = random.Next(0, Math.Min(12, text.Length - at));
            text = text[..at] + (random.Next(2) == 0 ? "" : piece) + text[(at + cut)..];
        }

        return text;
    }

    private static int Asked(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
