using static TrivialLayers.Verdict;

namespace TrivialLayers.Tests;

public sealed class ClaimRulesTests
{
    [Fact]
    public void C1_is_reproduced_when_every_seed_has_a_trivial_layer()
    {
        var decision = ClaimRules.SomeLayersAreTrivial([Network(1, Trivial, Trivial), Network(2, Trivial, NonTrivial), Network(3, NonTrivial, Trivial, Undecided, Undecided)]);
        Assert.Equal(ClaimVerdict.Reproduced, decision.Verdict);
        Assert.Equal((100 + 50 + 25) / 3.0, decision.Effect, 1e-9);
        Assert.Equal(new Interval(25, 100, 0.75), decision.Interval);
        Assert.Contains("3 of 3 over-parameterised trained networks have a Trivial convolution.", decision.Because);
    }

    [Fact]
    public void The_effect_is_that_of_the_architecture_with_most_trivial_layers_and_never_a_mean_of_several()
    {
        var decision = ClaimRules.SomeLayersAreTrivial(
        [
            .. Three("ResNet-8", NonTrivial), .. Three("ResNet-20", NonTrivial), .. Three("ResNet-44", [Trivial, .. Enumerable.Repeat(NonTrivial, 9)]), .. Three("ResNet-56", Trivial, NonTrivial, NonTrivial, NonTrivial),
        ]);
        Assert.Equal(25, decision.Effect, 1e-9);
        Assert.Equal(new Interval(25, 25, 0.75), decision.Interval);
        Assert.Equal("Trivial layers of ResNet-56, percent of its convolutions, mean over trainings with their range", decision.Unit);
        Assert.Equal(
            [
                "Every convolution is needed in 3 of 3 trainings of ResNet-8, ResNet-20.",
                "6 of 12 over-parameterised trained networks have a Trivial convolution.",
                "ResNet-44: 10.00 [10.00, 10.00] % Trivial.",
                "No layer is Trivial in ResNet-8, ResNet-20.",
            ],
            decision.Because);

        static IEnumerable<NetworkVerdicts> Three(string architecture, params Verdict[] verdicts) => Enumerable.Range(1, 3).Select(seed => Network(seed, verdicts) with { Architecture = architecture });
    }

    [Fact]
    public void C1_is_not_reproduced_when_one_seed_needs_every_layer()
    {
        var decision = ClaimRules.SomeLayersAreTrivial([Network(1, Trivial), Network(2, Trivial), Network(3, NonTrivial, NonTrivial)]);
        Assert.Equal(ClaimVerdict.NotReproduced, decision.Verdict);
        Assert.Contains("Every convolution is needed in 1 of 3 trainings of ResNet-20.", decision.Because);
    }

    [Fact]
    public void C1_is_undecided_when_a_seed_has_no_trivial_but_an_undecided_layer() =>
        Assert.Equal(ClaimVerdict.Undecided, ClaimRules.SomeLayersAreTrivial([Network(1, Trivial), Network(2, Trivial), Network(3, NonTrivial, Undecided)]).Verdict);

    [Fact]
    public void C1_looks_at_three_over_parameterised_seeds_or_does_not_decide()
    {
        var two = ClaimRules.SomeLayersAreTrivial([Network(1, Trivial), Network(2, Trivial), Network(2, Trivial)]);
        Assert.Equal(ClaimVerdict.Undecided, two.Verdict);
        Assert.Equal(["ResNet-20 is left out: only 2 trainings qualify; the rule needs 3."], two.Because);
        Assert.Null(two.Interval);
        Assert.True(double.IsNaN(two.Effect));
        var weak = Network(3, NonTrivial) with { TrainingAccuracy = 99.4 };
        Assert.Equal(ClaimVerdict.Undecided, ClaimRules.SomeLayersAreTrivial([Network(1, Trivial), Network(2, Trivial), weak]).Verdict);
        Assert.Equal(ClaimVerdict.Reproduced, ClaimRules.SomeLayersAreTrivial([Network(1, Trivial), Network(2, Trivial), weak, Network(4, Trivial)]).Verdict);
        Assert.Equal(["No over-parameterised ResNet was given."], ClaimRules.SomeLayersAreTrivial([]).Because);
    }

    [Fact]
    public void C2_is_reproduced_when_every_layer_is_needed() =>
        Assert.Equal(ClaimVerdict.Reproduced, ClaimRules.EveryLayerIsNeeded(Plain(NonTrivial, NonTrivial), [Network(1, Trivial)]).Verdict);

    [Fact]
    public void C2_is_not_reproduced_by_one_trivial_layer()
    {
        NetworkVerdicts[] plain = [.. Plain(NonTrivial, NonTrivial), Network(4, NonTrivial, Trivial) with { Architecture = "plain-20" }];
        var decision = ClaimRules.EveryLayerIsNeeded(plain, [Network(1, Trivial)]);
        Assert.Equal(ClaimVerdict.NotReproduced, decision.Verdict);
        Assert.Contains("Trivial in plain-20, seed 4: layer1.", decision.Because);
    }

    [Fact]
    public void C2_is_undecided_by_an_undecided_layer() =>
        Assert.Equal(ClaimVerdict.Undecided, ClaimRules.EveryLayerIsNeeded(Plain(NonTrivial, Undecided), [Network(1, Trivial)]).Verdict);

    [Fact]
    public void C2_leaves_out_networks_that_are_much_worse_than_the_ResNet()
    {
        var decision = ClaimRules.EveryLayerIsNeeded([.. Plain(Trivial).Select(network => network with { TestAccuracy = 85 })], [Network(1, Trivial)]);
        Assert.Equal(ClaimVerdict.Undecided, decision.Verdict);
        Assert.Contains("plain-20 is left out: its baseline is 5.0 points below that of the ResNets.", decision.Because);
        Assert.Equal(ClaimVerdict.Undecided, ClaimRules.EveryLayerIsNeeded(Plain(NonTrivial), []).Verdict);
    }

    [Fact]
    public void C3_asks_the_same_of_networks_without_and_with_long_connections()
    {
        NetworkVerdicts[] Long(params Verdict[] layers) => [.. Plain(layers).Select(network => network with { Architecture = "U-Net" })];
        ClaimDecision Of(NetworkVerdicts[] none, NetworkVerdicts[] connected) => ClaimRules.LongConnectionsActLikeNone(none, connected, [Network(1, Trivial)]);
        Assert.Equal(ClaimVerdict.Reproduced, Of(Plain(NonTrivial), Long(NonTrivial, NonTrivial)).Verdict);
        Assert.Equal(ClaimVerdict.NotReproduced, Of(Plain(NonTrivial), Long(NonTrivial, Trivial)).Verdict);
        Assert.Equal(ClaimVerdict.Undecided, Of(Plain(NonTrivial), Long(NonTrivial, Undecided)).Verdict);

        // Nothing is decided about long connections where their networks cannot be compared.
        var far = Of(Plain(NonTrivial), [.. Long(NonTrivial).Select(network => network with { TestAccuracy = 97 })]);
        Assert.Equal(ClaimVerdict.Undecided, far.Verdict);
        Assert.Contains("U-Net is left out: its baseline is 7.0 points above that of the networks with short connections.", far.Because);
        Assert.Equal(ClaimVerdict.Undecided, Of([], Long(NonTrivial)).Verdict);
        Assert.Equal(ClaimVerdict.NotReproduced, Of([], Long(Trivial)).Verdict);
    }

    [Fact]
    public void C4_compares_the_layers_that_change_channels_with_the_residual_ones()
    {
        var difference = ShareDifference.Of([Residual(1, 2, 0), Residual(2, 2, 1), Residual(3, 1, 1)]);
        Assert.Equal([100, 75, 25], difference.ByNetwork);
        Assert.Equal(200 / 3.0, difference.Points, 1e-9);
        // With three networks the bootstrap interval is their range.
        Assert.Equal(new Interval(25, 100, 0.95), difference.Interval);
        Assert.Equal(ClaimVerdict.Reproduced, ClaimRules.ChannelChangesMatterMore([Residual(1, 2, 0), Residual(2, 2, 1), Residual(3, 2, 1)]).Verdict);
        Assert.Equal(ClaimVerdict.NotReproduced, ClaimRules.ChannelChangesMatterMore([Residual(1, 0, 4), Residual(2, 0, 4), Residual(3, 0, 4)]).Verdict);
        Assert.DoesNotContain(ClaimRules.ChannelChangesMatterMore([.. Enumerable.Range(1, 6).Select(seed => Residual(seed, 2, seed % 2))]).Because, note => note.Contains("just their range", StringComparison.Ordinal));
        Assert.Contains("just their range", ClaimRules.ChannelChangesMatterMore([Residual(1, 2, 0), Residual(2, 2, 1), Residual(3, 2, 1)]).Because[^1], StringComparison.Ordinal);
        Assert.Equal(ClaimVerdict.Undecided, ClaimRules.ChannelChangesMatterMore([Residual(1, 2, 0), Residual(2, 0, 4), Residual(3, 1, 2)]).Verdict);
    }

    [Fact]
    public void C4_counts_stem_and_shortcuts_when_asked()
    {
        // Stem and shortcut are Trivial here: two of the four layers.
        Assert.Equal(50, ShareDifference.Of([Residual(1, 2, 0)], withStemAndShortcuts: true).Points);
        Assert.Throws<ArgumentException>(() => ShareDifference.Of([Network(1, Trivial)]));
        Assert.Throws<ArgumentException>(() => ShareDifference.Of([]));
    }

    [Fact]
    public void C4_bootstraps_many_networks_like_the_normal_interval_of_their_mean()
    {
        NetworkVerdicts[] networks = [.. Enumerable.Range(0, 200).Select(seed => Residual(seed, seed % 3, seed % 5))];
        var difference = ShareDifference.Of(networks);
        var spread = Math.Sqrt(difference.ByNetwork.Sum(d => Math.Pow(d - difference.Points, 2))) / 200;
        Assert.Equal(difference.Points - 1.96 * spread, difference.Interval.Low, 0.1 * spread);
        Assert.Equal(difference.Points + 1.96 * spread, difference.Interval.High, 0.1 * spread);
    }

    [Theory]
    [InlineData(0.1, 0.5, 3, ClaimVerdict.Reproduced)]
    [InlineData(-0.1, 0.5, 3, ClaimVerdict.Undecided)]
    [InlineData(-0.5, -0.1, 3, ClaimVerdict.NotReproduced)]
    [InlineData(0.1, 0.5, 2, ClaimVerdict.Undecided)]
    public void C5_asks_whether_the_agreement_lies_above_zero(double low, double high, int networks, ClaimVerdict expected) =>
        Assert.Equal(expected, ClaimRules.TrivialPlacesAreRegular(new AgreementTest((low + high) / 2, new Interval(low, high, 0.95), 0.01, networks)).Verdict);

    [Fact]
    public void C6_asks_for_units_near_the_identity_and_a_cost_that_grows_with_the_distance()
    {
        UnitIdentity[] near = [new("a", 0.1, 0.2), new("b", 0.2, 0.5), new("c", 0.6, 9)];
        UnitIdentity[] far = [new("a", 0.3, 0.2), new("b", 0.4, 0.5), new("c", 0.6, 9)];
        UnitIdentity[] unrelated = [new("a", 0.1, 9), new("b", 0.2, 0.5), new("c", 0.6, 0.2)];
        var decision = ClaimRules.UnitsBecomeTheIdentity([near, near, near]);
        Assert.Equal(ClaimVerdict.Reproduced, decision.Verdict);
        Assert.Equal(0.2, decision.Effect, 1e-12);
        Assert.Equal(ClaimVerdict.NotReproduced, ClaimRules.UnitsBecomeTheIdentity([far, far, far]).Verdict);
        Assert.Equal(ClaimVerdict.Undecided, ClaimRules.UnitsBecomeTheIdentity([near, near, far]).Verdict);
        Assert.Equal(ClaimVerdict.Undecided, ClaimRules.UnitsBecomeTheIdentity([near, near, unrelated]).Verdict);
        Assert.Equal(ClaimVerdict.Undecided, ClaimRules.UnitsBecomeTheIdentity([near, near]).Verdict);
    }

    [Fact]
    public void C7_is_reproduced_when_the_median_drop_falls_with_depth_at_each_step()
    {
        // Below depth 20 a step may rise; one seed of three may rise at a step.
        var decision = ClaimRules.DropFallsWithDepth([.. Sized(8, 50, 51, 52), .. Sized(14, 53, 54, 55), .. Sized(20, 40, 41, 42), .. Sized(32, 30, 31, 43), .. Sized(56, 9, 8, 7)]);

        Assert.Equal(ClaimVerdict.Reproduced, decision.Verdict);
        Assert.InRange(decision.Effect, -1, -0.5);
        Assert.True(decision.Interval!.Value.High < 0);
        Assert.Equal(["From ResNet-20 to ResNet-32 (width 8) the median drop falls in 2 of 3 seeds.", "From ResNet-32 to ResNet-56 (width 8) the median drop falls in 3 of 3 seeds."], decision.Because);
    }

    [Fact]
    public void C7_is_undecided_when_a_step_does_not_fall_though_the_trend_does() => Assert.Equal(
        ClaimVerdict.Undecided,
        ClaimRules.DropFallsWithDepth([.. Sized(8, 60, 61, 62), .. Sized(14, 50, 51, 52), .. Sized(20, 30, 31, 32), .. Sized(32, 29, 33, 34), .. Sized(56, 9, 8, 7)]).Verdict);

    [Fact]
    public void C7_is_not_reproduced_when_the_drop_rises_with_depth() => Assert.Equal(
        ClaimVerdict.NotReproduced, ClaimRules.DropFallsWithDepth([.. Sized(8, 1, 2, 3), .. Sized(20, 11, 12, 13), .. Sized(32, 21, 22, 23), .. Sized(56, 31, 32, 33)]).Verdict);

    [Fact]
    public void C7_compares_within_a_width_only()
    {
        // Wider networks are deeper here and drop less; within each width the drop rises.
        var decision = ClaimRules.DropFallsWithDepth(
        [
            .. Sized(8, 50, 51, 52), .. Sized(20, 60, 61, 62), .. Sized(32, 70, 71, 72),
            .. Sized(44, 10, 11, 12, width: 16), .. Sized(56, 20, 21, 22, width: 16), .. Sized(110, 30, 31, 32, width: 16),
        ]);

        Assert.Equal(ClaimVerdict.NotReproduced, decision.Verdict);
        Assert.Equal(3, decision.Because.Count); // 20 to 32, 44 to 56, 56 to 110
    }

    [Fact]
    public void C7_needs_three_seeds_of_two_depths()
    {
        var decision = ClaimRules.DropFallsWithDepth([.. Sized(20, 40, 41, 42), .. Sized(56, 9, 8, 7).Take(2)]);

        Assert.Equal(ClaimVerdict.Undecided, decision.Verdict);
        Assert.True(double.IsNaN(decision.Effect));
        Assert.Equal(["ResNet-56 (width 8) is left out: only 2 trainings qualify; the rule needs 3.", "The rule needs two depths of one width, from 20 on."], decision.Because);
        Assert.Equal(ClaimVerdict.Undecided, ClaimRules.DropFallsWithDepth([]).Verdict);
    }

    /// <summary>Three seeds of a ResNet whose residual layers have these median drops; what changes channels does not count.</summary>
    private static SizedNetwork[] Sized(int depth, double first, double second, double third, int width = 8) =>
    [
        .. new[] { first, second, third }.Select((drop, index) => new SizedNetwork(depth, width, new NetworkVerdicts($"ResNet-{depth} (width {width})", index + 1, 100, 90,
        [
            Layer("layer2.0.conv1", LayerRole.ChannelChange, NonTrivial) with { Drop = 90 },
            .. new[] { drop - 5, drop, drop + 9 }.Select((value, layer) => Layer($"layer1.{layer}.conv1", LayerRole.Residual, NonTrivial) with { Drop = value }),
        ]))),
    ];

    private static NetworkVerdicts Network(int seed, params Verdict[] verdicts) =>
        new("ResNet-20", seed, 99.5, 90, [.. verdicts.Select((verdict, i) => Layer($"layer{i}", LayerRole.Residual, verdict))]);

    private static NetworkVerdicts[] Plain(params Verdict[] verdicts) =>
        [.. Enumerable.Range(1, 3).Select(seed => Network(seed, verdicts) with { Architecture = "plain-20" })];

    /// <summary>Two layers that change channels and four residual ones, so many of each NonTrivial, with a Trivial stem and shortcut.</summary>
    private static NetworkVerdicts Residual(int seed, int changesNeeded, int residualsNeeded) => new("ResNet-20", seed, 100, 90,
    [
        Layer("conv1", LayerRole.Stem, Trivial),
        Layer("layer2.0.downsample.0", LayerRole.Shortcut, Trivial),
        .. Enumerable.Range(0, 2).Select(i => Layer($"layer{i + 2}.0.conv1", LayerRole.ChannelChange, i < changesNeeded ? NonTrivial : Trivial)),
        .. Enumerable.Range(0, 4).Select(i => Layer($"layer1.{i}.conv1", LayerRole.Residual, i < residualsNeeded ? NonTrivial : Trivial)),
    ]);

    private static LayerVerdict Layer(string name, LayerRole role, Verdict verdict) => new(name, role, 0, new Interval(-1, 1, 0.95), verdict);
}
