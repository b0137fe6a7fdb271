namespace TrivialLayers;

/// <summary>A data set's files in a folder on disk.</summary>
internal sealed class DatasetFolder(DatasetEntry entry, string folder)
{
    /// <summary>The files needed that are not there.</summary>
    public IReadOnlyList<string> Missing() =>
        [.. entry.Files.Where(file => file.Part != "none" && Find(file) is null).Select(file => file.Name)];

    /// <summary>Reads and checks all files of a part, "train" or "test".</summary>
    /// <exception cref="InvalidDataException">A file is damaged or not the official one.</exception>
    public RawImages Read(string part)
    {
        var raw = new RawImages(entry.Shape[0], entry.Shape[1], entry.Shape[2]);
        var files = entry.FilesOf(part).ToArray();
        if (entry.Layout == "idx")
        {
            raw.Add(ReadIdx(files));
            return raw;
        }
        var blocks = new RawImages.Block[files.Length];
        InParallel(files.Length, i => blocks[i] = ReadCifar(files[i]));
        foreach (var block in blocks)
            raw.Add(block);
        return raw;
    }

    /// <summary>Reads and checks all files and keeps nothing.</summary>
    /// <exception cref="InvalidDataException">A file is missing, damaged or not the official one.</exception>
    public void Check()
    {
        if (Missing() is [var missing, ..])
            throw DamagedFile.Error(Path.Combine(folder, missing), "the folder", "this file", "none");
        Read("train");
        Read("test");
    }

    private RawImages.Block ReadIdx(DatasetFile[] files)
    {
        var (images, labels) = (files.Single(file => file.Holds == "images"), files.Single(file => file.Holds == "labels"));
        var (channels, height, width) = (entry.Shape[0], entry.Shape[1], entry.Shape[2]);
        int[] sizes = channels == 1 ? [images.Images, height, width] : [images.Images, channels, height, width];
        var labelPath = Find(labels)!;
        var labelBytes = IdxFile.Read(labelPath, [labels.Images], sha256: null);
        IdxFile.CheckLabels(labelPath, labelBytes, entry.Classes.Count);
        DamagedFile.CheckSum(labelPath, labels.Sha256, labelBytes);
        var pixelBytes = IdxFile.Read(Find(images)!, sizes, images.Sha256);
        return new RawImages.Block(
            images.Images, pixelBytes, IdxFile.HeaderLength(sizes.Length), channels * height * width, labelBytes, IdxFile.HeaderLength(1), 1);
    }

    private RawImages.Block ReadCifar(DatasetFile file)
    {
        const int coarseClasses = 20;
        ReadOnlySpan<int> limits = entry.Layout == "cifar-100" ? [coarseClasses, entry.Classes.Count] : [entry.Classes.Count];
        return CifarFile.Read(Find(file)!, file.Images, limits, file.Sha256);
    }

    private string? Find(DatasetFile file)
    {
        var plain = Path.Combine(folder, file.Name);
        if (File.Exists(plain))
            return plain;
        return entry.Layout == "idx" && File.Exists(plain + ".gz") ? plain + ".gz" : null;
    }

    private static void InParallel(int count, Action<int> body)
    {
        try
        {
            Parallel.For(0, count, body);
        }
        catch (AggregateException errors) // of several damaged files, the first is named
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
    }
}
