using CsCheck;

namespace TrivialLayers.Tests;

public sealed class RelaxedSymbolVersionTests
{
    private static readonly byte[] s_library = ElfFile.Build(
        ["libmine.so", "MINE_1"],
        ("libm.so.6", "GLIBC_2.2.5", 0),
        ("libstdc++.so.6", "GLIBCXX_3.4.30", 0),
        ("libstdc++.so.6", "GLIBCXX_3.4.32", 0),
        ("libstdc++.so.6", "CXXABI_1.3", 2),
        ("libother.so", "GLIBCXX_3.4.32", 0));

    [Fact]
    public void Versions_are_read_as_the_loader_reads_them()
    {
        var versions = new ElfSymbolVersions(s_library);
        Assert.Equal(["libmine.so", "MINE_1"], versions.Defined());
        Assert.Equal(
            [
                "libm.so.6 GLIBC_2.2.5", "libstdc++.so.6 GLIBCXX_3.4.30", "libstdc++.so.6 GLIBCXX_3.4.32",
                "libstdc++.so.6 CXXABI_1.3 weak", "libother.so GLIBCXX_3.4.32",
            ],
            versions.Required().Select(r => $"{r.Library} {r.Version}{(r.IsWeak ? " weak" : "")}"));
    }

    [Fact]
    public void Only_the_one_requirement_becomes_weak_and_one_byte_changes()
    {
        var before = s_library.ToArray();
        var relaxed = RelaxedSymbolVersion.Apply(s_library, "libstdc++.so.6", "GLIBCXX_3.4.32");
        Assert.NotNull(relaxed);
        Assert.Equal(before, s_library);
        Assert.Single(Enumerable.Range(0, relaxed.Length), i => relaxed[i] != s_library[i]);
        Assert.Equal(
            ["libstdc++.so.6 GLIBCXX_3.4.32", "libstdc++.so.6 CXXABI_1.3"],
            new ElfSymbolVersions(relaxed).Required().Where(r => r.IsWeak).Select(r => $"{r.Library} {r.Version}"));
    }

    [Fact]
    public void A_second_time_there_is_nothing_to_do()
    {
        var relaxed = RelaxedSymbolVersion.Apply(s_library, "libstdc++.so.6", "GLIBCXX_3.4.32");
        Assert.Null(RelaxedSymbolVersion.Apply(relaxed!, "libstdc++.so.6", "GLIBCXX_3.4.32"));
    }

    [Fact]
    public void A_library_that_does_not_ask_for_the_version_is_left_alone()
    {
        Assert.Null(RelaxedSymbolVersion.Apply(s_library, "libstdc++.so.6", "GLIBCXX_3.4.99"));
        Assert.Null(RelaxedSymbolVersion.Apply(ElfFile.Build(["libplain.so"]), "libstdc++.so.6", "GLIBCXX_3.4.32"));
    }

    [Fact]
    public void Foreign_files_are_refused()
    {
        Assert.Throws<InvalidDataException>(() => new ElfSymbolVersions([]));
        Assert.Throws<InvalidDataException>(() => new ElfSymbolVersions("MZ, a Windows library, longer than the header of an ELF file is."u8.ToArray()));
        var narrow = s_library.ToArray();
        narrow[4] = 1;
        Assert.Throws<InvalidDataException>(() => new ElfSymbolVersions(narrow));
    }

    [Fact]
    public void A_truncated_library_is_refused() =>
        Gen.Int[0, s_library.Length - 1].SampleRepeatably(length =>
            Assert.Throws<InvalidDataException>(() => RelaxedSymbolVersion.Apply(s_library[..length], "libstdc++.so.6", "GLIBCXX_3.4.32")));

    [Fact]
    public void A_damaged_library_is_refused_or_read_but_never_read_beyond_its_end() =>
        Gen.Select(Gen.Int[0, s_library.Length - 1], Gen.Byte).Array[1, 8].SampleRepeatably(damages =>
        {
            var damaged = s_library.ToArray();
            foreach (var (position, value) in damages)
                damaged[position] = value;
            try
            {
                var versions = new ElfSymbolVersions(damaged);
                versions.Defined();
                versions.Required();
            }
            catch (InvalidDataException)
            {
                // Any other exception fails the test.
            }
        });

    [Fact]
    public void What_the_build_left_in_its_output_asks_for_nothing_that_this_system_lacks()
    {
        const string system = "/usr/lib/x86_64-linux-gnu/libstdc++.so.6";
        Assert.SkipUnless(File.Exists(system), "Not a Debian-like Linux on x64.");
        var has = new ElfSymbolVersions(File.ReadAllBytes(system)).Defined();
        var file = Path.Combine(TrivialLayers.LibTorch.Folders(typeof(TrivialLayers.LibTorch).Assembly)[0], "libLibTorchSharp.so");
        var asks = new ElfSymbolVersions(File.ReadAllBytes(file)).Required();
        Assert.DoesNotContain(asks, r => r.Library == "libstdc++.so.6" && !r.IsWeak && !has.Contains(r.Version));
    }
}
