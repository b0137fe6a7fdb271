using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using NotebookHost.Jupyter;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Jupyter;

public sealed class WireFormatTests
{
    private readonly WireFormat _wire = new("key");

    [Fact]
    public void Frames_are_identities_delimiter_signature_and_four_objects()
    {
        var frames = _wire.Write(new KernelMessage(["who"u8.ToArray()], new JsonObject { ["msg_type"] = "t" }, [], [], new JsonObject { ["é"] = 1 }));
        Assert.Equal(7, frames.Count);
        Assert.Equal("who", Encoding.UTF8.GetString(frames[0]));
        Assert.Equal("<IDS|MSG>", Encoding.UTF8.GetString(frames[1]));
        Assert.Equal("""{"msg_type":"t"}""", Encoding.UTF8.GetString(frames[3]));
        Assert.Equal("{}", Encoding.UTF8.GetString(frames[4]));
    }

    [Fact]
    public void The_signature_is_the_HMAC_of_the_four_parts_one_after_another()
    {
        // printf '{"msg_type":"t"}{}{}{}' | openssl dgst -sha256 -hmac key
        var frames = _wire.Write(new KernelMessage([], new JsonObject { ["msg_type"] = "t" }, [], [], []));
        Assert.Equal("fdeda64fb381d93d5c5faaae4ef094f3be32897e36bec70ac1a1f8b0d3634fc0", Encoding.ASCII.GetString(frames[1]));
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var message = KernelMessage.Create("execute_request", "s", ["a"u8.ToArray(), "b"u8.ToArray()], new JsonObject { ["msg_id"] = "1" }, new JsonObject { ["code"] = "\"😀\\n\"" });
        var read = _wire.Read(_wire.Write(message));
        Assert.Equal("execute_request", read.Type);
        Assert.Equal(2, read.Identities.Count);
        Assert.Equal("1", (string?)read.ParentHeader["msg_id"]);
        Assert.Equal("\"😀\\n\"", read.Text("code"));
    }

    [Fact]
    public void Buffers_after_the_four_parts_do_no_harm()
    {
        var frames = _wire.Write(KernelMessage.Create("t", "s", [], [], []));
        Assert.Equal("t", _wire.Read([.. frames, new byte[3], []]).Type);
    }

    [Fact]
    public void Without_a_key_nothing_is_signed()
    {
        var open = new WireFormat("");
        var frames = open.Write(KernelMessage.Create("t", "s", [], [], []));
        Assert.Empty(frames[1]);
        Assert.Equal("t", open.Read(frames).Type);
    }

    [Theory]
    [InlineData("another key")]
    [InlineData("")]
    public void A_signature_with_another_key_or_none_is_refused(string key)
    {
        var frames = new WireFormat(key).Write(KernelMessage.Create("t", "s", [], [], []));
        Assert.Contains("signature", Assert.Throws<MalformedMessageException>(() => _wire.Read(frames)).Message);
    }

    [Fact]
    public void Any_changed_byte_of_a_part_is_refused()
    {
        var frames = _wire.Write(KernelMessage.Create("t", "s", [], [], new JsonObject { ["code"] = "1" }));
        for (var part = 2; part < frames.Count; part++)
        {
            List<byte[]> changed = [.. frames];
            changed[part] = [.. frames[part]];
            changed[part][^1] ^= 1;
            Assert.Throws<MalformedMessageException>(() => _wire.Read(changed));
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"msg_type":1}""")]
    [InlineData("""{"msg_type":"t","msg_type":"u"}""")]
    [InlineData("""{"msg_type":"t","x":"\ud800"}""")]
    public void A_header_that_is_no_header_is_refused_also_with_a_good_signature(string header)
    {
        var frames = new WireFormat("").Write(KernelMessage.Create("t", "s", [], [], []));
        frames[2] = Encoding.UTF8.GetBytes(header);
        Assert.Throws<MalformedMessageException>(() => new WireFormat("").Read(frames));
    }

    [Fact]
    public void Random_frames_are_refused_and_nothing_else_happens()
    {
        var good = _wire.Write(KernelMessage.Create("t", "s", [], [], new JsonObject { ["content"] = "unlike all other parts" }));
        var frame = Gen.OneOf(Gen.Byte.Array[0, 40], Gen.Int[0, good.Count - 2].Select(part => good[part])); // never the content: no such message is whole
        frame.List[0, 10].SampleRepeatably(frames => Assert.Throws<MalformedMessageException>(() => _wire.Read(frames)), count: 2000);
    }
}
