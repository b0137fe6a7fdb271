using System.Text;
using CsCheck;
using TorchSharp;
using static TorchSharp.torch;

namespace TrivialLayers.Tests;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tensors_and_metadata_come_back_as_they_were()
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>
        {
            ["kernel"] = randn(2, 3, 3, 3).permute(0, 2, 3, 1),
            ["steps"] = tensor(12L),
            ["empty"] = zeros(0, 4),
            ["bytes"] = arange(7, dtype: ScalarType.Byte),
        };
        var path = Write(tensors, new Dictionary<string, string> { ["note"] = "é \" \\" });
        var (read, metadata) = Safetensors.Read(path);
        Assert.Equal("é \" \\", metadata["note"]);
        Assert.Equal(tensors.Keys, read.Keys);
        foreach (var (name, expected) in tensors)
        {
            Assert.Equal(expected.dtype, read[name].dtype);
            Assert.Equal(expected.shape, read[name].shape);
            Assert.True(expected.equal(read[name]).all().item<bool>());
        }
    }

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        using var values = tensor(new[] { 1f, 2f });
        var bytes = File.ReadAllBytes(Write(new Dictionary<string, Tensor> { ["a"] = values }));
        var header = Encoding.UTF8.GetString(bytes, 8, bytes[0]);
        Assert.Equal(0, bytes[0] % 8);
        Assert.Matches("""^\{"__metadata__":\{"trivial-layers\.sha256":"[0-9a-f]{64}"\},"a":\{"dtype":"F32","shape":\[2\],"data_offsets":\[0,8\]\}\} *$""", header);
        Assert.Equal([0, 0, 128, 63, 0, 0, 0, 64], bytes[^8..]);
    }

    [Fact]
    public void A_changed_number_is_found_and_a_file_without_a_checksum_is_read()
    {
        using var values = tensor(new[] { 1f, 2f });
        var path = Write(new Dictionary<string, Tensor> { ["a"] = values });
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("is damaged: its contents have the SHA-256", Assert.Throws<InvalidDataException>(() => Safetensors.Read(path)).Message, StringComparison.Ordinal);

        byte[] header = [.. """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"""u8];
        File.WriteAllBytes(path, [(byte)header.Length, 0, 0, 0, 0, 0, 0, 0, .. header, 0, 0, 128, 63, 0, 0, 0, 64]);
        using var read = Safetensors.Read(path).Tensors["a"];
        Assert.Equal([1f, 2f], read.data<float>().ToArray());
    }

    [Fact]
    public void A_file_cut_short_is_called_that_with_the_bytes_that_it_should_have()
    {
        using var values = ones(100);
        var path = Write(new Dictionary<string, Tensor> { ["a"] = values });
        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..^10]);
        Assert.Equal(
            $"{path} is cut short or still downloading: its header promises {whole.Length} bytes; the file has {whole.Length - 10}. Download or copy it again.",
            Assert.Throws<InvalidDataException>(() => Safetensors.Read(path)).Message);
        File.WriteAllBytes(path, whole[..20]);
        Assert.Equal(
            $"{path} is cut short or still downloading: its header claims {whole[0]} bytes; the file has 12 after the length. Download or copy it again.",
            Assert.Throws<InvalidDataException>(() => Safetensors.Read(path)).Message);
    }

    [Fact]
    public void A_header_that_promises_more_bytes_than_its_shapes_need_is_called_wrong_and_not_a_file_cut_short()
    {
        byte[] header = [.. """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8000000000]}}"""u8];
        var path = _folder.Write("file.safetensors", [(byte)header.Length, 0, 0, 0, 0, 0, 0, 0, .. header, .. new byte[8]]);
        Assert.Equal(
            $"{path} is not a safetensors file: 'a' has 8000000000 bytes; its shape [2] of F32 needs 8.",
            Assert.Throws<InvalidDataException>(() => Safetensors.Read(path)).Message);
    }

    [Fact]
    public void A_damaged_header_or_length_is_refused_and_named()
    {
        using var scope = NewDisposeScope();
        var path = Write(new Dictionary<string, Tensor> { ["kernel"] = ones(4, 4), ["bias"] = zeros(4) });
        var original = File.ReadAllBytes(path);
        var headerEnd = original.Length - (20 * 4);
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, headerEnd - 1], Gen.Byte).SampleRepeatably(
            (kind, position, value) =>
            {
                byte[] mutant = kind switch
                {
                    0 => [.. original.Select((old, i) => i == position ? value : old)],
                    1 => original[..position],
                    _ => [.. original, value],
                };
                File.WriteAllBytes(path, mutant);
                try
                {
                    foreach (var read in Safetensors.Read(path).Tensors.Values)
                        read.Dispose();
                    Assert.Equal(original.Length, mutant.Length);
                }
                catch (InvalidDataException error)
                {
                    Assert.Contains(path, error.Message, StringComparison.Ordinal);
                }
            }, count: 3000);
    }

    private string Write(Dictionary<string, Tensor> tensors, Dictionary<string, string>? metadata = null)
    {
        var path = _folder["file.safetensors"];
        using var stream = File.Create(path);
        Safetensors.Write(stream, tensors, metadata);
        return path;
    }
}
