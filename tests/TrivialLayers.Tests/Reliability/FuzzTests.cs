using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

/// <summary>Files that somebody else wrote, with no checksum to go by: refused with a reason, or all that is read agrees with the file.</summary>
public sealed class FuzzTests : IDisposable
{
    private const int Usual = 2000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Safetensors_are_refused_or_read_to_the_last_byte()
    {
        const string header = """{"__metadata__":{"format":"pt"},"conv1.weight":{"dtype":"F32","shape":[2,1,3],"data_offsets":[0,24]},"steps":{"dtype":"I64","shape":[],"data_offsets":[24,32]},"none":{"dtype":"U8","shape":[0,4],"data_offsets":[32,32]},"mask":{"dtype":"BOOL","shape":[8],"data_offsets":[32,40]}}""";
        byte[] data = [.. Enumerable.Range(1, 32).Select(i => (byte)i), 0, 1, 0, 1, 0, 1, 0, 1];
        byte[] Whole(byte[] json)
        {
            var length = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
            return [.. length, .. json, .. data];
        }

        var original = Whole(Encoding.UTF8.GetBytes(header));
        LiveTensors.AssertUnchangedInProcessBy(() => Fuzz("file.safetensors", original, new JsonMutants(Encoding.UTF8.GetBytes(header), Campaign.Seed(1)), Whole, path =>
        {
            var (tensors, _, unread) = Safetensors.Read(path);
            try
            {
                var file = File.ReadAllBytes(path);
                var end = 8 + BinaryPrimitives.ReadInt64LittleEndian(file);
                using var json = JsonDocument.Parse(file.AsMemory(8, (int)end - 8));
                long Passed(string name) => json.RootElement.GetProperty(name).GetProperty("data_offsets") is var place ? place[1].GetInt64() - place[0].GetInt64() : 0;
                Assert.Equal(file.Length - end, tensors.Values.Sum(tensor => tensor.numel() * tensor.element_size()) + unread.Keys.Sum(Passed));
                foreach (var (name, tensor) in tensors)
                {
                    var told = json.RootElement.GetProperty(name);
                    Assert.Equal(told.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()), tensor.shape);
                    var offsets = told.GetProperty("data_offsets");
                    Assert.Equal(file[(int)(end + offsets[0].GetInt64())..(int)(end + offsets[1].GetInt64())], tensor.numel() == 0 ? [] : tensor.bytes.ToArray());
                }
            }
            finally
            {
                foreach (var tensor in tensors.Values)
                    tensor.Dispose();
            }
        }));
    }

    [Fact]
    public void A_list_of_data_sets_is_refused_or_leads_nowhere_else()
    {
        var original = File.ReadAllBytes(Path.Combine(Datasets.Folders()[^1], "datasets.json"));
        Fuzz("datasets.json", original, new JsonMutants(original, Campaign.Seed(1)), json => json, path =>
        {
            foreach (var entry in DatasetCatalog.Parse(File.ReadAllBytes(path)).Datasets)
            {
                var inside = Path.GetFullPath(Path.Combine(_folder.Path, entry.Folder));
                Assert.Equal(_folder.Path, Path.GetDirectoryName(inside));
                Assert.All(entry.Files, file => Assert.Equal(inside, Path.GetDirectoryName(Path.GetFullPath(Path.Combine(inside, file.Name)))));
                Assert.All(entry.Downloads, file => Assert.StartsWith("http", new Uri(file.Url).Scheme, StringComparison.Ordinal));
                Assert.All(entry.Downloads, file => Assert.Equal(_folder.Path, Path.GetDirectoryName(Path.GetFullPath(Path.Combine(_folder.Path, file.FileName)))));
                Assert.True(entry.FilesOf("train").Any() && entry.FilesOf("test").Any());
            }
        });
    }

    [Theory]
    [InlineData("images")]
    [InlineData("images.gz")]
    public void IDX_files_without_a_known_checksum_are_refused_or_have_the_sizes_asked_for(string name)
    {
        int[] sizes = [5, 4, 3];
        byte[] contents = [.. IdxFile.Header(sizes), .. Enumerable.Range(0, 60).Select(i => (byte)(i * 7))];
        var gzip = name.EndsWith(".gz", StringComparison.Ordinal);
        Fuzz(name, gzip ? FashionMnistSample.Gzip(contents) : contents, null, null, path =>
        {
            var read = IdxFile.Read(path, sizes, null);
            Assert.Equal(IdxFile.Header(sizes), read[..16]);
            if (!gzip)
                Assert.Equal(File.ReadAllBytes(path), read);
        });
    }

    [Fact]
    public void CIFAR_files_without_a_known_checksum_are_refused_or_have_labels_of_known_classes() =>
        Fuzz("train.bin", SmallDownload.Train, null, null, path =>
        {
            var raw = new RawImages(3, 32, 32);
            raw.Add(CifarFile.Read(path, 20, [20, 2], null));
            Assert.All(raw.Labels(), label => Assert.InRange(label, 0, 1));
        });

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"I64","dtype":"F64","shape":[1],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,4611686018427387904,4611686018427387904],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""")]
    [InlineData("""[{"a":1}]""")]
    public void Headers_that_contradict_themselves_are_refused(string header)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        var path = _folder.Write("file.safetensors", [.. length, .. Encoding.ASCII.GetBytes(header), .. new byte[8]]);
        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => Safetensors.Read(path)).Message, StringComparison.Ordinal);
    }

    private void Fuzz(string name, byte[] original, JsonMutants? json, Func<byte[], byte[]>? whole, Action<string> read)
    {
        var (seed, tries) = (Campaign.Seed(1), Campaign.Tries(Usual));
        var mutants = new Mutants(seed);
        var (refused, accepted, slowest) = (0, 0, TimeSpan.Zero);
        for (var i = 0; i < tries; i++)
        {
            var path = _folder.Write(name, json is not null && i % 2 == 1 ? whole!(json.Next()) : mutants.Of(original));
            var clock = Stopwatch.StartNew();
            try
            {
                read(path);
                accepted++;
            }
            catch (InvalidDataException error)
            {
                Assert.Contains(name, error.Message, StringComparison.Ordinal);
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"try {i} of seed {seed}: {error}");
            }

            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
        }

        Campaign.Tell($"{name}: {tries} tries with seed {seed}, {refused} refused, {accepted} accepted, 0 wrong; slowest {slowest.TotalMilliseconds:F0} ms");
    }
}
