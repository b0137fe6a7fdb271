using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TrivialLayers.Tests;

/// <summary>Weights of others: files of other kinds under a safetensors name, tensors of other types, metadata and names of others.</summary>
public sealed class ForeignFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Module<Tensor, Tensor> _network = Sequential(("stem", Conv2d(1, 2, 1)), ("head", Conv2d(2, 1, 1)));

    public void Dispose()
    {
        _network.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(
        "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 102540416\n",
        "is a Git LFS pointer to a file of 102540416 bytes that is not here: in its repository call git lfs pull")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer to a file that is not here")]
    [InlineData("<!DOCTYPE html>\n<html><head>", "is a web page: download the file itself")]
    [InlineData("\uFEFF \n<html lang=\"en\">", "is a web page: download the file itself")]
    [InlineData("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "is a web page: download the file itself")]
    [InlineData("Invalid username\r\nor password.", "is text that begins with \"Invalid username or password.\"")]
    [InlineData("{\n  \"metadata\": {\"total_size\": 1}, \"weight_map\": {}}", "is text that begins with \"{ \"metadata\": {\"total_size\": 1}")]
    [InlineData("404", "is text that begins with \"404\"")]
    public void A_text_under_a_safetensors_name_is_named_with_what_to_do(string text, string expected) => Refused(Encoding.UTF8.GetBytes(text), expected);

    [Fact]
    public void Files_of_PyTorch_are_named_with_the_way_to_convert_them()
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
            archive.CreateEntry("resnet50/data.pkl");
        Refused(
            zip.ToArray(),
            "is a zip archive, as PyTorch's .pth and .pt files are. Such files may contain code and are not read; convert it in Python: safetensors.torch.save_file(");
        Refused([0x80, 2, 0x8A, 10, .. "lüF jP.\u0080\u0002M"u8], "is a Python pickle, as PyTorch's older .pth and .pt files are. Such files may contain code");
        Refused([0x80, 4, 0x95, 1, 0, 0, 0, 0, 0, 0, 0, (byte)'N', (byte)'.'], "is a Python pickle");
        Refused([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3], "is compressed with gzip: unpack it.");
    }

    [Fact]
    public void TorchSharps_own_file_is_named_with_the_way_to_convert_it()
    {
        _network.save(_folder["weights.dat"]);
        Refused(
            File.ReadAllBytes(_folder["weights.dat"]),
            "is a file that TorchSharp's Module.save wrote: read it with the network's own load(…), then keep it with Weights.Save(…).");
        using var many = Sequential([.. Enumerable.Range(0, 200).Select(number => ($"layer{number}", (Module<Tensor, Tensor>)Linear(1, 1)))]);
        many.save(_folder["weights.dat"]);
        Refused(File.ReadAllBytes(_folder["weights.dat"]), "TorchSharp's Module.save");
    }

    [Fact]
    public void A_safetensors_file_cut_short_is_not_taken_for_another_kind()
    {
        for (var length = 0x200; length < 0x700; length++) // 80 02 is how a pickle begins, and 1F 8B gzip
        {
            byte[] start = [(byte)length, (byte)(length >> 8), 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'"'];
            Refused(start, $"its header claims {length} bytes; the file has 2 after the length.");
        }
    }

    [Theory]
    [InlineData("F8_E4M3", 4)]
    [InlineData("F8_E5M2", 4)]
    [InlineData("F8_E8M0", 4)]
    [InlineData("U16", 8)]
    [InlineData("U32", 16)]
    [InlineData("U64", 32)]
    [InlineData("C64", 32)]
    [InlineData("F4", 2)]
    [InlineData("F6_E2M3", 3)]
    [InlineData("F6_E3M2", 3)]
    [InlineData("Q3_NEXT", 5)]
    public void A_tensor_of_another_type_is_passed_over_unless_the_network_needs_it(string type, int bytes)
    {
        var path = Write(OwnTensors().Prepend(("scale", type, [4], bytes)));
        var contents = Safetensors.Read(path);
        Assert.Equal(new Dictionary<string, string> { ["scale"] = type }, contents.Unread);
        foreach (var tensor in contents.Tensors.Values)
            tensor.Dispose();

        var report = Weights.LoadByName(_network, path);
        Assert.Equal((4, $"scale ({type})"), (report.Loaded.Count, Assert.Single(report.Extra)));
        Assert.False(report.IsComplete);
        Assert.All(_network.get_parameter("stem.weight")!.data<float>(), value => Assert.Equal(1, value));
        var needed = $"'scale' is {type}, which is not supported; save it as one of F32, F64";
        Assert.Contains(needed, Assert.Throws<InvalidDataException>(() => Weights.Load(_network, path)).Message, StringComparison.Ordinal);

        path = Write(OwnTensors().Where(tensor => tensor.Name != "head.bias").Append(("head.bias", type, [4], bytes)));
        needed = needed.Replace("scale", "head.bias", StringComparison.Ordinal);
        Assert.Contains(needed, Assert.Throws<InvalidDataException>(() => Weights.LoadByName(_network, path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("U16", 4, "'scale' has 4 bytes; its shape [4] of U16 needs 8.")]
    [InlineData("F8_E4M3", 8, "'scale' has 8 bytes; its shape [4] of F8_E4M3 needs 4.")]
    [InlineData("F4", 4, "'scale' has 4 bytes; its shape [4] of F4 needs 2.")]
    public void The_bytes_of_a_tensor_that_is_passed_over_are_still_those_of_its_type(string type, int bytes, string expected) =>
        Refused(Write(OwnTensors().Prepend(("scale", type, [4], bytes))), expected);

    [Theory]
    [InlineData("""{"format":"pt","sha256":"abab"}""")]
    [InlineData("""{"sha256":"abababababababababababababababababababababababababababababababab"}""")]
    [InlineData("""{"sha256": "not even a hash"}""")]
    public void A_checksum_of_somebody_else_does_not_count(string metadata)
    {
        // Python's library writes tensors in the order of their names.
        var path = Write(OwnTensors().OrderBy(tensor => tensor.Name, StringComparer.Ordinal), metadata);
        Assert.True(Weights.LoadByName(_network, path).IsComplete);
        Assert.True(Safetensors.Read(path).Metadata.ContainsKey("sha256"));
    }

    [Fact]
    public void Files_from_before_our_checksum_had_a_name_of_its_own_are_still_compared_with_it()
    {
        Weights.Save(_network, _folder["weights.safetensors"]);
        var now = File.ReadAllBytes(_folder["weights.safetensors"]);
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(now);
        var header = Encoding.UTF8.GetString(now, 8, headerLength).Replace("trivial-layers.sha256", "sha256", StringComparison.Ordinal).TrimEnd();
        header = header.PadRight((header.Length + 7) / 8 * 8);
        byte[] former = [(byte)header.Length, (byte)(header.Length >> 8), 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(header), .. now[(8 + headerLength)..]];
        var path = _folder.Write("former.safetensors", former);
        Assert.Empty(Safetensors.Read(path).Metadata);
        Weights.Load(_network, path);
        former[^1] ^= 1;
        _folder.Write("former.safetensors", former);
        Refused(path, "is damaged: its contents have the SHA-256");
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("model.")]
    [InlineData("_orig_mod.")]
    [InlineData("module._orig_mod.model.")]
    [InlineData("state.of.anything.")]
    public void A_prefix_that_makes_all_names_fit_is_taken_off_and_told(string prefix)
    {
        var report = Weights.LoadByName(_network, Write(Prefixed(prefix)));
        Assert.True(report.IsComplete);
        Assert.StartsWith($"The prefix '{prefix}' was removed from the names in the file. 4 tensors loaded.", report.ToString(), StringComparison.Ordinal);

        // Names beside them, and a file with fewer names than the network.
        report = Weights.LoadByName(
            _network, Write(Prefixed(prefix).Append(("epoch", "F32", [1], 4)).Append((prefix + "more", "F32", [1], 4)).Append(("old", "U16", [1], 2))));
        Assert.Equal(["more", "epoch", "old (U16)"], report.Extra);
        report = Weights.LoadByName(_network, Write(Prefixed(prefix).Skip(1)));
        Assert.Equal(["stem.weight"], report.Missing);
        Assert.Equal(prefix, report.Prefix);
    }

    [Fact]
    public void Where_loading_by_name_would_do_and_loading_exactly_does_not_that_is_said()
    {
        Assert.Contains("Try Weights.LoadByName: it removes a prefix", Exactly(Prefixed("module.")), StringComparison.Ordinal);
        Assert.Contains("Try Weights.LoadByName", Exactly(OwnTensors().Append(("epoch", "F32", [1], 4))), StringComparison.Ordinal);
        Assert.Contains("Try Weights.LoadByName", Exactly(OwnTensors().Append(("scale", "U16", [1], 2))), StringComparison.Ordinal);
        Assert.Contains("Try Weights.LoadByName", Exactly(OwnTensors().SkipLast(1).Append(("head.bias", "F16", [1], 2))), StringComparison.Ordinal);
        Assert.DoesNotContain("LoadByName", Exactly(OwnTensors().SkipLast(1).Append(("head.bias", "U16", [1], 2))), StringComparison.Ordinal);
        Assert.DoesNotContain("LoadByName", Exactly(OwnTensors().SkipLast(1)), StringComparison.Ordinal);

        string Exactly(IEnumerable<(string Name, string Type, long[] Shape, int Bytes)> tensors) =>
            Assert.Throws<InvalidDataException>(() => Weights.Load(_network, Write(tensors))).Message;
    }

    [Fact]
    public void A_prefix_is_not_guessed()
    {
        Assert.Equal("", Weights.LoadByName(_network, Write(OwnTensors().Concat(Prefixed("ema.")))).Prefix);
        Refused(
            Write(Prefixed("student.").Concat(Prefixed("teacher."))),
            "contains the network's names more than once, under the prefixes 'student.', 'teacher.': keep only the tensors of one of them.");
        Refused(
            Write(Prefixed("module.").Skip(1).Append(("module.other", "F32", [1], 4))),
            "has no tensor that fits the network. Without the prefix 'module.', 3 of the network's 4 names would match; "
                + "a prefix is removed only when all then match.");
    }

    private static IEnumerable<(string Name, string Type, long[] Shape, int Bytes)> OwnTensors() =>
        [("stem.weight", "F32", [2, 1, 1, 1], 8), ("stem.bias", "F32", [2], 8), ("head.weight", "F32", [1, 2, 1, 1], 8), ("head.bias", "F32", [1], 4)];

    private static IEnumerable<(string Name, string Type, long[] Shape, int Bytes)> Prefixed(string prefix) =>
        OwnTensors().Select(tensor => tensor with { Name = prefix + tensor.Name });

    /// <summary>A file as others write it, all numbers 1.</summary>
    private string Write(IEnumerable<(string Name, string Type, long[] Shape, int Bytes)> tensors, string? metadata = null)
    {
        var entries = metadata is null ? [] : new List<string> { $"\"__metadata__\":{metadata}" };
        var data = new List<byte>();
        foreach (var (name, type, shape, bytes) in tensors)
        {
            var place = $"[{data.Count},{data.Count + bytes}]";
            entries.Add($$"""{{'"'}}{{name}}":{"dtype":"{{type}}","shape":[{{string.Join(",", shape)}}],"data_offsets":{{place}}}""");
            data.AddRange(Enumerable.Range(0, bytes).Select(i => (byte)(0x3F800000 >> (8 * (i % 4)))));
        }

        var header = "{" + string.Join(",", entries) + "}";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return _folder.Write("file.safetensors", [.. length, .. Encoding.UTF8.GetBytes(header), .. data]);
    }

    private void Refused(byte[] file, string expected) => Refused(_folder.Write("file.safetensors", file), expected);

    private void Refused(string path, string expected)
    {
        var error = Assert.Throws<InvalidDataException>(() => Weights.LoadByName(_network, path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }
}
