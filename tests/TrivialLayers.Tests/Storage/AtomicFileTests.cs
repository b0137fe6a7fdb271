
namespace TrivialLayers.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("atomic-file-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void New_content_takes_the_place_of_the_old()
    {
        var path = Path.Combine(_folder, "history.csv");
        AtomicFile.WriteText(path, "a much longer first version");
        AtomicFile.WriteText(path, "Größe");
        Assert.Equal("Größe"u8.ToArray(), File.ReadAllBytes(path));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void A_missing_folder_is_an_error() =>
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.WriteText(Path.Combine(_folder, "missing", "a.txt"), "text"));

    [Fact]
    public void A_failure_halfway_leaves_the_old_content_and_nothing_else()
    {
        var path = Path.Combine(_folder, "weights.bin");
        AtomicFile.WriteText(path, "old");
        Assert.Throws<TimeoutException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[1_000_000]);
            throw new TimeoutException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void The_old_content_is_readable_until_the_writer_is_done()
    {
        var path = Path.Combine(_folder, "weights.bin");
        AtomicFile.WriteText(path, "old");
        AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            Assert.Equal("old", File.ReadAllText(path));
        });
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void A_path_that_is_a_folder_fails_and_leaves_no_temporary_file()
    {
        Assert.ThrowsAny<SystemException>(() => AtomicFile.WriteText(_folder, "text"));
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(_folder)!, Path.GetFileName(_folder) + ".*.tmp"));
    }
}
