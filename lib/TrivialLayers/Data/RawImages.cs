namespace TrivialLayers;

/// <summary>
/// Checked images as their files hold them: blocks of records with one label byte and the pixels of one image,
/// channel by channel, row by row. Needs no torch.
/// </summary>
internal sealed class RawImages(int channels, int height, int width)
{
    private readonly List<Block> _blocks = [];

    public int Channels => channels;
    public int Height => height;
    public int Width => width;
    public int PixelsPerImage => channels * height * width;
    public int Count { get; private set; }

    public void Add(Block block)
    {
        _blocks.Add(block);
        Count += block.Count;
    }

    public long[] Labels()
    {
        var labels = new long[Count];
        var i = 0;
        foreach (var block in _blocks)
            for (var record = 0; record < block.Count; record++)
                labels[i++] = block.LabelBytes[block.LabelStart + record * block.LabelStride];
        return labels;
    }

    /// <summary>Copies the pixels of the images with these numbers, given in ascending order, one after the other.</summary>
    public void CopyTo(Span<byte> pixels, ReadOnlySpan<int> images)
    {
        var block = 0;
        var first = 0;
        foreach (var image in images)
        {
            while (image - first >= _blocks[block].Count)
                first += _blocks[block++].Count;
            _blocks[block].Pixels(image - first, PixelsPerImage).CopyTo(pixels);
            pixels = pixels[PixelsPerImage..];
        }
    }

    /// <summary>Where records lie in the bytes of a file; pixels and labels may come from two files.</summary>
    public sealed record Block(
        int Count, byte[] PixelBytes, int PixelStart, int PixelStride, byte[] LabelBytes, int LabelStart, int LabelStride)
    {
        public ReadOnlySpan<byte> Pixels(int record, int length) => PixelBytes.AsSpan(PixelStart + record * PixelStride, length);
    }
}
