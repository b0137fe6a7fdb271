using CsCheck;
using TorchSharp;
using TrivialLayers.Runtime;

namespace TrivialLayers.Tests.Runtime;

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

    [Fact]
    public void Generators_of_the_same_seed_draw_the_same_numbers_and_leave_the_global_one_alone()
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(5);
        var expected = Numbers(torch.rand(4));
        torch.manual_seed(5);
        using var one = Seeds.Generator(1, "augmentation");
        using var two = Seeds.Generator(1, "augmentation");
        using var other = Seeds.Generator(1, "order");
        var drawn = Numbers(torch.rand(4, generator: one));
        Assert.Equal(drawn, Numbers(torch.rand(4, generator: two)));
        Assert.NotEqual(drawn, Numbers(torch.rand(4, generator: other)));
        Assert.Equal(expected, Numbers(torch.rand(4)));
    }

    [Fact]
    public void The_meta_device_gets_a_generator_that_works()
    {
        using var generator = Seeds.Generator(1, "augmentation", device: torch.META);
        Assert.Equal(DeviceType.CPU, generator.device.type);
    }

    private static float[] Numbers(torch.Tensor tensor) => tensor.data<float>().ToArray();
}
