
namespace TrivialLayers.Tests;

/// <summary>Downloads from a server that behaves as badly as servers do: they end with the right bytes or a clear error, and never with half of them in place.</summary>
public sealed class FetchTests : IDisposable
{
    private static readonly byte[] Archive = SmallDownload.Archive;

    private readonly TemporaryFolder _data = new();
    private readonly List<ProgressReport> _progress = [];
    private readonly List<string> _reports = [];
    private readonly HttpClient _client = new(new SocketsHttpHandler { MaxAutomaticRedirections = 10, UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    public void Dispose()
    {
        _client.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task A_good_server_gives_the_data_set_in_one_request()
    {
        await using var server = new LoopbackServer(request => request.Give(Archive));
        await Fetch(server);
        AssertWhole();
        Assert.Equal(1, server.Requests);
        Assert.Equal(Archive.Length / 1000, _progress[^1].Done);
        Assert.All(_progress, report => Assert.Equal(("download small", "kB"), (report.Task, report.Unit)));
        using var data = Datasets.LoadFrom(SmallDownload.Entry(server.Address), [_data.Path], 0);
        Assert.Equal((18, 2, 10), (data.Train.Count, data.Validation.Count, data.Test.Count));

        await Fetch(server); // it is there
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Twenty_cuts_cost_twenty_further_requests_and_no_byte_twice()
    {
        var piece = Archive.Length / 21 + 1;
        await using var server = new LoopbackServer(request => request.Give(Archive, cutAfter: piece));
        await Fetch(server);
        AssertWhole();
        Assert.Equal(21, server.Requests);
        Assert.Contains(_progress, report => report.Note?.StartsWith("again after: ", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task A_server_that_stalls_is_asked_again()
    {
        await using var server = new LoopbackServer(async request =>
        {
            await request.Give(Archive, request.Number == 1 ? 1000 : int.MaxValue);
            if (request.Number == 1)
                await request.UntilTheClientGoes();
        });
        await Fetch(server, patience: TimeSpan.FromSeconds(0.3));
        AssertWhole();
        Assert.Equal(2, server.Requests);
    }

    [Fact]
    public async Task A_server_that_knows_no_ranges_is_read_from_the_start()
    {
        await using var server = new LoopbackServer(request =>
            (request with { From = null }).Give(Archive, request.Number < 4 ? 1000 * request.Number : int.MaxValue));
        await Fetch(server);
        AssertWhole();
    }

    [Fact]
    public async Task A_server_that_always_cuts_at_the_same_place_is_given_up()
    {
        await using var server = new LoopbackServer(request => (request with { From = null }).Give(Archive, 1000));
        var error = await Assert.ThrowsAsync<IOException>(() => Fetch(server));
        Assert.Contains("5 attempts in a row", error.Message, StringComparison.Ordinal);
        Assert.Equal(6, server.Requests);
        AssertNothingInPlace();
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        string address;
        await using (var server = new LoopbackServer(request => request.Give(Archive)))
            address = server.Address;
        var error = await Assert.ThrowsAsync<IOException>(() => Fetch(SmallDownload.Entry(address)));
        Assert.Contains(address, error.Message, StringComparison.Ordinal);
        AssertNothingInPlace();
    }

    [Fact]
    public async Task Wrong_bytes_are_deleted()
    {
        var other = Archive.ToArray();
        other[^3] ^= 1;
        await using var server = new LoopbackServer(request => request.Give(request.Number == 1 ? other : Archive));
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Fetch(server));
        Assert.Contains($"expected {SmallDownload.Sum(Archive)}", error.Message, StringComparison.Ordinal);
        AssertNothingInPlace();
        await Fetch(server); // from the start
        AssertWhole();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(1_000_000_000)]
    public async Task A_wrong_length_is_refused_before_a_byte_is_read(long more)
    {
        await using var server = new LoopbackServer(request => request.Send($"200 OK\r\nContent-Length: {Archive.Length + more}", []));
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Fetch(server));
        Assert.Contains($"has {Archive.Length + more} bytes; expected {Archive.Length}", error.Message, StringComparison.Ordinal);
        AssertNothingInPlace();
    }

    [Fact]
    public async Task A_body_without_end_is_refused_at_the_first_byte_too_many()
    {
        await using var server = new LoopbackServer(async request =>
        {
            await request.Send("200 OK", Archive);
            while (true)
                await request.Stream.WriteAsync(new byte[1000], request.Stop);
        });
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Fetch(server));
        Assert.Contains("more than the expected", error.Message, StringComparison.Ordinal);
        AssertNothingInPlace();
    }

    [Theory]
    [InlineData("bytes 0-99/100")]
    [InlineData("bytes 999-1999/99999999")]
    public async Task Another_range_than_asked_for_is_refused(string range)
    {
        await using var server = new LoopbackServer(request => request.Number == 1
            ? request.Give(Archive, 1000)
            : request.Send($"206 Partial Content\r\nContent-Range: {range}\r\nContent-Length: 100", new byte[100]));
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Fetch(server));
        Assert.Contains("expected those from 1000", error.Message, StringComparison.Ordinal);
        AssertNothingInPlace();
    }

    [Fact]
    public async Task Redirects_are_followed_but_not_in_a_circle()
    {
        await using (var server = new LoopbackServer(request => request.Path == "/moved" ? request.Give(Archive) : request.Send("302 Found\r\nLocation: /moved\r\nContent-Length: 0", [])))
        {
            await Fetch(server);
            AssertWhole();
        }

        Directory.Delete(_data["small"], recursive: true);
        await using var circle = new LoopbackServer(request => request.Send("302 Found\r\nLocation: /small.tar.gz\r\nContent-Length: 0", []));
        var error = await Assert.ThrowsAsync<IOException>(() => Fetch(circle));
        Assert.Contains("never to the file", error.Message, StringComparison.Ordinal);
        AssertNothingInPlace();
    }

    [Theory]
    [InlineData("404 Not Found", 1)]
    [InlineData("503 Service Unavailable", 5)]
    public async Task A_refusal_is_told_and_only_a_passing_one_is_tried_again(string status, int requests)
    {
        await using var server = new LoopbackServer(request => request.Send($"{status}\r\nContent-Length: 0", []));
        var error = await Assert.ThrowsAsync<IOException>(() => Fetch(server));
        Assert.Contains(status, error.Message, StringComparison.Ordinal);
        Assert.Equal(requests, server.Requests);
        AssertNothingInPlace();
    }

    [Fact]
    public async Task A_cancelled_download_goes_on_in_a_later_call()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = new LoopbackServer(async request =>
        {
            await request.Give(Archive, request.Number == 1 ? 2000 : int.MaxValue);
            if (request.Number > 1)
                return;
            await cancel.CancelAsync();
            await request.UntilTheClientGoes();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Fetch(SmallDownload.Entry(server.Address), cancellationToken: cancel.Token));
        AssertNothingInPlace();
        await Fetch(server);
        AssertWhole();
    }

    [Fact]
    public async Task A_damaged_data_set_is_put_right()
    {
        await using var server = new LoopbackServer(request => request.Give(Archive));
        await Fetch(server);
        await File.WriteAllBytesAsync(_data["small/train.bin"], [1, 2, 3]);
        await File.WriteAllTextAsync(_data["small/notes.txt"], "the user's own");
        await Fetch(server);
        AssertWhole();
        Assert.Equal("the user's own", await File.ReadAllTextAsync(_data["small/notes.txt"]));
        Assert.Contains("train.bin", Assert.Single(_reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_no_archive_are_put_in_place_as_they_are()
    {
        byte[] images = [.. IdxFile.Header([20, 2, 2]), .. new byte[80]], labels = [.. IdxFile.Header([20]), .. new byte[20]];
        byte[] zippedImages = FashionMnistSample.Gzip(images), zippedLabels = FashionMnistSample.Gzip(labels);
        await using var server = new LoopbackServer(request => request.Give(request.Path.EndsWith("images.gz", StringComparison.Ordinal) ? zippedImages : zippedLabels));
        DatasetDownload Of(string name, byte[] contents) => new(server.Address + name, contents.Length, SmallDownload.Sum(contents), "grey");
        var entry = new DatasetEntry(
            "grey", "", "idx", "grey", "", null, "", "", [1, 2, 2], ["a", "b"],
            [Of("a-images.gz", zippedImages), Of("a-labels.gz", zippedLabels), Of("b-images.gz", zippedImages), Of("b-labels.gz", zippedLabels)],
            [new("a-images", "train", "images", 20), new("a-labels", "train", "labels", 20), new("b-images", "test", "images", 20), new("b-labels", "test", "labels", 20)]);
        entry.Check();
        await Fetch(entry);
        string[] files = ["a-images.gz", "a-labels.gz", "b-images.gz", "b-labels.gz"];
        Assert.Equal(files, Directory.GetFiles(_data["grey"]).Select(Path.GetFileName).Order());

        // An unpacked file would be read before the packed one.
        File.WriteAllBytes(Path.Combine(_data["grey"], "a-images"), images[..50]);
        await Fetch(entry);
        Assert.Equal(["a-images.damaged-1", .. files], Directory.GetFiles(_data["grey"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_unknown_or_ships_is_not_downloaded()
    {
        Assert.Contains("Known: ", (await Assert.ThrowsAsync<ArgumentException>(() => Datasets.Fetch("cifar"))).Message, StringComparison.Ordinal);
        Assert.Contains("comes with the repository", (await Assert.ThrowsAsync<ArgumentException>(() => Datasets.Fetch("fashion-mnist-sample"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_whole_data_set_in_another_folder_is_left_alone()
    {
        Assert.SkipUnless(Datasets.Folders().SkipLast(1).Any(folder => Directory.Exists(Path.Combine(folder, "cifar-10-batches-bin"))), "CIFAR-10 is not in another folder: see data/README.md");
        var asked = new List<ProgressReport>();
        await Datasets.Fetch("cifar-10", new Collect(asked));
        Assert.Empty(asked);
    }

    private Task Fetch(LoopbackServer server, TimeSpan? patience = null) => Fetch(SmallDownload.Entry(server.Address), patience);

    private Task Fetch(DatasetEntry entry, TimeSpan? patience = null, CancellationToken cancellationToken = default) =>
        new DatasetFetch(entry, _data.Path, new Download(_client, patience ?? TimeSpan.FromSeconds(30), pause: TimeSpan.Zero), _reports.Add)
            .Run(new Collect(_progress), cancellationToken);

    private void AssertWhole()
    {
        Assert.Equal(SmallDownload.Train, File.ReadAllBytes(_data["small/train.bin"]));
        Assert.Equal(SmallDownload.Test, File.ReadAllBytes(_data["small/test.bin"]));
        Assert.Equal(["small.lock"], Directory.EnumerateFileSystemEntries(_data[".downloads"]).Select(Path.GetFileName));
    }

    private void AssertNothingInPlace()
    {
        Assert.Equal([".downloads"], Directory.EnumerateFileSystemEntries(_data.Path).Select(Path.GetFileName));
        Assert.Empty(Directory.EnumerateDirectories(_data[".downloads"]));
    }

    private sealed class Collect(List<ProgressReport> reports) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => reports.Add(value);
    }
}
