using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrivialLayers;

/// <summary>The data sets listed in <c>data/datasets.json</c>, which is embedded in this assembly.</summary>
internal sealed record DatasetCatalog(string About, IReadOnlyList<DatasetEntry> Datasets)
{
    private static readonly Lazy<DatasetCatalog> Embedded = new(() =>
    {
        using var stream = typeof(DatasetCatalog).Assembly.GetManifestResourceStream("datasets.json")!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return Parse(memory.ToArray());
    });

    /// <summary>The list this assembly was built with.</summary>
    public static DatasetCatalog Default => Embedded.Value;

    /// <exception cref="InvalidDataException">Not JSON, or not a list of data sets.</exception>
    public static DatasetCatalog Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var catalog = JsonSerializer.Deserialize(json, DatasetCatalogJson.Default.DatasetCatalog) ?? throw new InvalidDataException("datasets.json: expected a list of data sets, found null.");
            foreach (var entry in catalog.Datasets)
                (entry ?? throw new InvalidDataException("datasets.json: a data set is null.")).Check();
            return catalog;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"datasets.json: {error.Message}", error);
        }
    }
}

/// <summary>One data set: where it comes from, how its files lie, what they must hold.</summary>
/// <param name="Name">As given to <see cref="TrivialLayers.Datasets.Load"/>.</param>
/// <param name="Title">The name for people.</param>
/// <param name="Layout">"idx", "cifar-10" or "cifar-100".</param>
/// <param name="Folder">The folder inside a data folder.</param>
/// <param name="Homepage">The authors' page.</param>
/// <param name="Licence">SPDX identifier, or null where the authors state none.</param>
/// <param name="LicenceNote">Who holds the rights, what they ask for.</param>
/// <param name="Citation">The publication to cite.</param>
/// <param name="Shape">Channels, height and width of an image.</param>
/// <param name="Classes">The class names, in the order of the labels.</param>
/// <param name="Downloads">The official archives or files.</param>
/// <param name="Files">The files in the folder.</param>
/// <param name="ChecksumSource">Where the checksums come from.</param>
internal sealed record DatasetEntry(
    string Name, string Title, string Layout, string Folder, string Homepage, string? Licence, string LicenceNote, string Citation,
    IReadOnlyList<int> Shape, IReadOnlyList<string> Classes, IReadOnlyList<DatasetDownload> Downloads, IReadOnlyList<DatasetFile> Files,
    string? ChecksumSource = null)
{
    public IEnumerable<DatasetFile> FilesOf(string part) => Files.Where(file => file.Part == part);

    /// <exception cref="InvalidDataException">An entry that no loader could follow, or a name that leaves its folder.</exception>
    public void Check()
    {
        Demand(Classes.All(name => !string.IsNullOrEmpty(name)) && Downloads.All(file => file is not null) && Files.All(file => file is not null), "a class, download or file is null");
        Demand(Layout is "idx" or "cifar-10" or "cifar-100", $"the layout \"{Layout}\" is unknown");
        Demand(Shape.Count == 3 && Shape.All(size => size is > 0 and <= 4096), "a shape must be channels, height and width");
        Demand(Layout == "idx" || Shape.SequenceEqual([CifarFile.Channels, CifarFile.Side, CifarFile.Side]), "CIFAR images must be 3 x 32 x 32");
        Demand(Classes.Count is >= 2 and <= 256, "2 to 256 classes are needed");
        Demand(IsFileName(Folder) && Files.All(file => IsFileName(file.Name)), "folder and file names must stay in the data folder");
        Demand(Files.All(file => file.Images >= 0 && (long)file.Images * Shape[0] * Shape[1] * Shape[2] <= int.MaxValue / 2), "a file must hold less than 1 GB");
        foreach (var part in (string[])["train", "test"])
        {
            var files = FilesOf(part).ToArray();
            Demand(
                Layout == "idx"
                    ? files.Length == 2 && files[0].Images == files[1].Images && files.Select(file => file.Holds).Order().SequenceEqual(["images", "labels"])
                    : files.Length > 0 && files.All(file => file.Holds == "both"),
                $"the files of \"{part}\" must be one of images and one of labels (idx) or hold both (CIFAR)");
        }
        Demand(Files.All(file => file.Sha256 is null || IsSha256(file.Sha256)) && Downloads.All(file => IsSha256(file.Sha256)), "a SHA-256 must have 64 hexadecimal digits");
        Demand(Downloads.All(file => file.Bytes is > 0 and <= 1L << 40), "a download must have 1 byte to 1 TB");
        Demand(
            Downloads.All(file => Uri.TryCreate(file.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && IsFileName(file.FileName)),
            "an address to download from must be http or https and end in a file name");
        Demand(Downloads.All(file => file.UnpackTo == (file.IsArchive ? "." : Folder)), "an archive (.tar.gz) must be unpacked to \".\", any other file must go to the folder");
    }

    private static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit);

    private static bool IsFileName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.IndexOfAny(['/', '\\', ':', '\0']) < 0;

    private void Demand(bool holds, string rule)
    {
        if (!holds)
            throw new InvalidDataException($"datasets.json, \"{Name}\": {rule}.");
    }
}

/// <summary>A file to fetch: its address, length, SHA-256 and the folder (inside the data folder) it is unpacked to.</summary>
internal sealed record DatasetDownload(string Url, long Bytes, string Sha256, string UnpackTo)
{
    [JsonIgnore]
    public string FileName => Url[(Url.LastIndexOf('/') + 1)..];

    [JsonIgnore]
    public bool IsArchive => FileName.EndsWith(".tar.gz", StringComparison.Ordinal);
}

/// <summary>A file that is loaded.</summary>
/// <param name="Name">Its name; an IDX file may have ".gz" after it.</param>
/// <param name="Part">"train", "test" or "none".</param>
/// <param name="Holds">"images", "labels", "both" or "names".</param>
/// <param name="Images">How many images or labels it holds.</param>
/// <param name="Sha256">The checksum of its contents (decompressed), or null where none is known.</param>
internal sealed record DatasetFile(string Name, string Part, string Holds, int Images, string? Sha256 = null);

// Generated at compile time, so that the list is read alike where reflection is switched off (file-based apps).
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DatasetCatalog))]
internal sealed partial class DatasetCatalogJson : JsonSerializerContext;
