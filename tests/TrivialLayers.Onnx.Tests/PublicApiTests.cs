namespace TrivialLayers.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void Each_change_of_what_the_library_offers_is_one_of_PublicApi_txt() => PublicApi.Demand(typeof(OnnxNetwork).Assembly);
}
