using CsCheck;

namespace TrivialLayers.Tests;

public sealed class SeedsTests
{
    [Fact]
    public void Derived_seeds_never_change_between_versions_and_systems()
    {
        // python3: int.from_bytes(hashlib.sha256(b"1\naugmentation").digest()[:8], "big") & (2**63 - 1)
        Assert.Equal(8320974018276664688, Seeds.Derive(1, "augmentation"));
        Assert.Equal(7297578964508561940, Seeds.Derive(-3, "weights"));
    }

    [Fact]
    public void Another_seed_or_purpose_gives_another_seed_and_none_is_negative() =>
        Gen.Select(Gen.Long, Gen.Long).SampleRepeatably((a, b) =>
        {
            Assert.True(Seeds.Derive(a, "order") >= 0);
            Assert.NotEqual(Seeds.Derive(a, "order"), Seeds.Derive(a, "augmentation"));
            Assert.Equal(a == b, Seeds.Derive(a, "order") == Seeds.Derive(b, "order"));
        });
}
