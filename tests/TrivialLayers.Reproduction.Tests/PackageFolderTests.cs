namespace TrivialLayers.Tests;

[Trait("Category", "Slow")]
public sealed class PackageFolderTests
{
    [Fact]
    public void A_package_is_restored_by_its_name_with_all_its_files()
    {
        // One that the build of this repository restores itself.
        var folder = PackageFolder.Restore("TorchSharp", torchSharp);
        Assert.True(File.Exists(Path.Combine(folder, "lib", "net8.0", "TorchSharp.dll")));
    }

    [Fact]
    public void A_package_that_no_source_has_is_refused_in_the_words_of_NuGet()
    {
        var error = Assert.Throws<IOException>(() => PackageFolder.Restore("TrivialLayers.No.Such.Package", "1.2.3"));
        Assert.Contains("TrivialLayers.No.Such.Package", error.Message, StringComparison.Ordinal);
    }

    private static readonly string torchSharp = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(3);
}
