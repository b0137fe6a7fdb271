using NotebookHost.Engine;
using NotebookHost.Tests.Running;
using TrivialLayers;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Engine;

/// <summary>A package's native libraries on a system whose C++ library, here a made one, is older than theirs: Debian 12's and Ubuntu 22.04's ends with 3.4.30.</summary>
public sealed class FittedLibrariesTests : IDisposable
{
    private readonly NotebookFolder _folder = new();
    private readonly string _system;
    private readonly string _plain;

    public FittedLibrariesTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right there.");
        _system = Library("libstdc++.so.6.0.30", ElfFile.Build(["GLIBCXX_3.4.29", "GLIBCXX_3.4.30"]));
        _plain = Library("libplain.so", ElfFile.Build([], ("libstdc++.so.6", "GLIBCXX_3.4.29", 0)));
    }

    private string Cache => Path.Combine(_folder.Path, "cache");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Libraries_that_fit_are_taken_as_they_are()
    {
        Assert.Equal([_plain], FittedLibraries.Fit([_plain], Cache, _system));
        Assert.False(Directory.Exists(Cache));
    }

    [Fact]
    public void One_that_lacks_only_the_version_without_content_is_copied_with_one_byte_changed_and_the_others_are_linked()
    {
        var newer = Library("libnewer.so", ElfFile.Build([], ("libstdc++.so.6", "GLIBCXX_3.4.30", 0), ("libstdc++.so.6", "GLIBCXX_3.4.32", 0)));
        var before = File.ReadAllBytes(newer);

        var fitted = FittedLibraries.Fit([_plain, newer], Cache, _system);

        Assert.Equal(["libplain.so", "libnewer.so"], fitted.Select(path => Path.GetFileName(path)));
        Assert.Equal(_plain, new FileInfo(fitted[0]).LinkTarget);
        Assert.Equal(before, File.ReadAllBytes(newer));
        var after = File.ReadAllBytes(fitted[1]);
        Assert.Single(Enumerable.Range(0, before.Length), i => before[i] != after[i]);
        Assert.Equal(["GLIBCXX_3.4.32"], new ElfSymbolVersions(after).Required().Where(required => required.IsWeak).Select(required => required.Version));
        Assert.Equal(fitted, FittedLibraries.Fit([_plain, newer], Cache, _system));
    }

    [Fact]
    public void One_that_lacks_more_is_refused_with_the_versions_before_anything_is_written()
    {
        var newest = Library("libnewest.so", ElfFile.Build([], ("libstdc++.so.6", "GLIBCXX_3.4.32", 0), ("libstdc++.so.6", "GLIBCXX_3.4.99", 0)));

        var error = Assert.Throws<DirectiveException>(() => FittedLibraries.Fit([_plain, newest], Cache, _system));

        Assert.Equal($"libnewest.so requires GLIBCXX_3.4.32, GLIBCXX_3.4.99, which this system's C++ library ({_system}) does not have. Use a newer system, or an older version of the package.", error.Message);
        Assert.False(Directory.Exists(Cache));
    }

    [Fact]
    public void What_is_no_library_of_this_kind_is_left_to_the_loader()
    {
        var text = Library("libtext.so", "not ELF"u8.ToArray());
        Assert.Equal([text, _plain], FittedLibraries.Fit([text, _plain], Cache, _system));
    }

    private string Library(string name, byte[] content)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
