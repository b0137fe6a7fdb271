using System.Formats.Tar;

namespace TrivialLayers.Tests;

public sealed class DatasetArchiveTests : IDisposable
{
    private static readonly DatasetEntry Entry = SmallDownload.Entry("http://127.0.0.1/");

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Bad => [.. BadArchives.Keys];

    private static Dictionary<string, (TarEntry[] Entries, string Message)> BadArchives => new()
    {
        ["parent"] = ([TarGz.File("../evil", [1])], "\"../evil\" leaves the folder small"),
        ["parent inside"] = ([TarGz.File("small/../../evil", [1])], "leaves the folder"),
        ["rooted"] = ([TarGz.File("/tmp/evil", [1])], "leaves the folder"),
        ["beside"] = ([TarGz.File("smaller/train.bin", [1])], "leaves the folder"),
        ["backslash"] = ([TarGz.File("small/..\\..\\evil", [1])], "leaves the folder"),
        ["drive"] = ([TarGz.File("small/C:evil", [1])], "leaves the folder"),
        ["symbolic link"] = ([TarGz.Link(TarEntryType.SymbolicLink, "small/train.bin", "/etc/passwd"), TarGz.File("small/train.bin", SmallDownload.Train)], "is not a file but a SymbolicLink"),
        ["folder as a link"] = ([TarGz.Link(TarEntryType.SymbolicLink, "small", "/tmp")], "is not a file but a SymbolicLink"),
        ["hard link"] = ([TarGz.Link(TarEntryType.HardLink, "small/train.bin", "small/other")], "is not a file but a HardLink"),
        ["device"] = ([new UstarTarEntry(TarEntryType.CharacterDevice, "small/train.bin")], "is not a file but a CharacterDevice"),
        ["pipe"] = ([new UstarTarEntry(TarEntryType.Fifo, "small/train.bin")], "is not a file but a Fifo"),
        ["file too long"] = ([TarGz.File("small/train.bin", new byte[100_000])], "has 100000 bytes; expected at most 61480"),
        ["bomb in a file nobody asked for"] = ([TarGz.File("small/readme.html", new byte[100_000_000])], "unpacks to more than"),
        ["many entries"] = ([.. Enumerable.Range(0, 101).Select(i => TarGz.File($"small/{i}", []))], "more than 100 entries"),
        ["a file is missing"] = ([TarGz.File("small/train.bin", SmallDownload.Train)], "lacks small/test.bin"),
        ["empty"] = ([], "is refused"),
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Bad))]
    public void An_archive_with_anything_but_data_files_in_its_folder_is_refused(string name)
    {
        var (entries, message) = BadArchives[name];
        var path = _folder.Write("small.tar.gz", TarGz.Of(entries));
        var error = Assert.Throws<InvalidDataException>(() => Unpack(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(["out", "small.tar.gz"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Only_the_files_of_the_data_set_are_written()
    {
        Unpack(_folder.Write("small.tar.gz", SmallDownload.Archive));
        Assert.Equal(["test.bin", "train.bin"], Directory.GetFiles(_folder["out/small"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Every_damaged_archive_gives_the_same_files_or_is_refused()
    {
        var mutants = new Mutants(seed: 11);
        for (var i = 0; i < 300; i++)
        {
            var path = _folder.Write("small.tar.gz", mutants.Of(SmallDownload.Archive));
            try
            {
                Unpack(path);
                new DatasetFolder(Entry, _folder["out/small"]).Check();
                Assert.Equal(SmallDownload.Train, File.ReadAllBytes(_folder["out/small/train.bin"]));
            }
            catch (InvalidDataException error)
            {
                Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
            }

            Directory.Delete(_folder["out"], recursive: true);
        }
    }

    private void Unpack(string archive) => DatasetArchive.Unpack(Entry, archive, _folder["out"], CancellationToken.None);
}
