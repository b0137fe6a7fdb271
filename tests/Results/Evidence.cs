namespace TrivialLayers.Results;

/// <summary>The training runs that decide the claims in one profile, as the notebooks use them, and what the rules decide.</summary>
internal sealed class Evidence
{
    /// <summary>How many test images <c>02-zero-one-layer</c> measures units on.</summary>
    public const int UnitImages = 2000;

    private Evidence(Profile profile, ShippedRuns shipped)
    {
        (Data, Few) = (shipped.Images(profile.Dataset), shipped.Images(profile.Few == 0 ? profile.Dataset : $"{profile.Dataset}-{profile.Few}"));
        var (classes, channels) = (Data.Classes.Count, Data.Channels);
        IReadOnlyList<SweptRun> OnAll(Func<SegmentedNetwork> make, int seeds = ClaimRules.Seeds) => shipped.Seeds(make, Data, profile.Recipe, seeds);
        IReadOnlyList<SweptRun> Fitted(int depth, int width) => shipped.Seeds(() => ResNet.ForSmallImages(depth, width, classes, channels), Few, profile.Fit);

        Wide = OnAll(() => ResNet.ForSmallImages(20, 16, classes, channels));
        Deep = Fitted(56, 8);
        DeepOnAll = OnAll(() => ResNet.ForSmallImages(56, profile.DeepWidth, classes, channels), profile.Few == 0 ? ClaimRules.Seeds : 1);
        Plain = OnAll(() => PlainNet.ForSmallImages(20, 16, classes, channels), profile.SeedsWithoutShortcuts);
        Vgg = OnAll(() => TrivialLayers.Vgg.ForSmallImages(profile.Vgg.Depth, profile.Vgg.Width, classes, channels), profile.SeedsWithoutShortcuts);
        var sizes = profile.ResNets().Select(size => (size.Depth, size.Width, Trainings: shipped.Seeds(() => size.Make(classes, channels), Few, profile.RecipeOf(size), size.Trainings ?? ClaimRules.Seeds))).ToList();
        Sizes = [.. sizes.SelectMany(size => size.Trainings)];
        ByDepth = [.. sizes.Where(size => size.Width == profile.FitWidth).SelectMany(size => size.Trainings.Select(training => (size.Depth, size.Width, training)))];
        OnCard =
        [
            .. NetworkTable.Listed.Where(run => run.Data == profile.Dataset && NetworkTable.OnCards.Contains(run.Training))
                .Select(run => shipped.Of(() => (SegmentedNetwork)ShippedNetworks.Of(run), Data, run.Recipe!, run.Seed)),
        ];
        Units = [.. Enumerable.Range(1, ClaimRules.Seeds).Select(seed => UnitsOf(profile, shipped, seed))];
        if (Data.Channels == 1)
            Scenes = EncoderDecoders.Of(shipped, shipped.Images($"{profile.Dataset}-scenes"), profile.Scenes);
        Claims = [.. Decide()];
    }

    /// <summary>The images of networks that are trained on all.</summary>
    public DataSplit Data { get; }

    /// <summary>The images of networks that are to fit them; the same where networks fit all.</summary>
    public DataSplit Few { get; }

    /// <summary>ResNet-20 of width 16.</summary>
    public IReadOnlyList<SweptRun> Wide { get; }

    /// <summary>ResNet-56 of width 8, on <see cref="Few"/>.</summary>
    public IReadOnlyList<SweptRun> Deep { get; }

    /// <summary>The deepest ResNet of the same width.</summary>
    public IReadOnlyList<SweptRun> Deepest => [.. ByDepth.Where(sized => sized.Depth == ByDepth.Max(other => other.Depth)).Select(sized => sized.Training)];

    /// <summary>ResNet-56 on all images.</summary>
    public IReadOnlyList<SweptRun> DeepOnAll { get; }

    /// <summary>PlainNet-20.</summary>
    public IReadOnlyList<SweptRun> Plain { get; }

    /// <summary>A slim VGG-11.</summary>
    public IReadOnlyList<SweptRun> Vgg { get; }

    /// <summary>ResNets of several sizes, in the order of <c>05-deeper-and-wider</c>: the bootstrap draws by place.</summary>
    public IReadOnlyList<SweptRun> Sizes { get; }

    /// <summary>Those of them that have the width of <see cref="Deep"/>, with their size: C7 is about these.</summary>
    public IReadOnlyList<(int Depth, int Width, SweptRun Training)> ByDepth { get; }

    /// <summary>The networks trained on <see cref="Data"/> on a GPU.</summary>
    public IReadOnlyList<SweptRun> OnCard { get; }

    /// <summary>For each of <see cref="Wide"/> its units with one kernel zeroed.</summary>
    public IReadOnlyList<IReadOnlyList<UnitIdentity>> Units { get; }

    /// <summary>Networks that segment scenes made of the images; null of images in colour.</summary>
    public EncoderDecoders? Scenes { get; }

    /// <summary>The claims in their order; without C3 where there are no scenes.</summary>
    public IReadOnlyList<ClaimEvidence> Claims { get; }

    /// <summary>Reads what ships for a profile; only the distances of units (C6) are computed.</summary>
    /// <exception cref="InvalidOperationException">A run or sweep is missing.</exception>
    public static Evidence Of(Profile profile, ShippedRuns shipped) => new(profile, shipped);

    public static List<NetworkVerdicts> Verdicts(params IEnumerable<IReadOnlyList<SweptRun>> trainings) => [.. trainings.SelectMany(seeds => seeds).Select(swept => swept.Verdicts)];

    /// <summary>The over-parameterised ResNets that decide C1 or C4, by architecture.</summary>
    public static IEnumerable<IGrouping<string, NetworkVerdicts>> OverParameterised(IEnumerable<NetworkVerdicts> networks) =>
        ClaimRules.Enough([.. networks.Where(network => network.IsOverParameterised)], "over-parameterised ResNet").Networks.GroupBy(network => network.Architecture);

    private IEnumerable<ClaimEvidence> Decide()
    {
        yield return Decided("C1", ClaimRules.SomeLayersAreTrivial(Verdicts(Sizes)), Sizes);
        yield return Decided("C2", ClaimRules.EveryLayerIsNeeded(Verdicts(Plain, Vgg), Verdicts(Wide)), Plain, Vgg, Wide);
        if (Scenes is { } scenes)
            yield return Decided("C3", ClaimRules.LongConnectionsActLikeNone(Verdicts(scenes.Plain), Verdicts(scenes.UNet, scenes.SegNet), Verdicts(scenes.Residual)), scenes.Plain, scenes.UNet, scenes.SegNet, scenes.Residual);
        yield return Decided("C4", ClaimRules.ChannelChangesMatterMore(Verdicts(Sizes)), Sizes);
        yield return Decided("C5", ClaimRules.TrivialPlacesAreRegular(SweepAgreement.Test([.. Deep.Select(swept => swept.Sweep)])), Deep);
        yield return Decided("C6", ClaimRules.UnitsBecomeTheIdentity(Units), Wide);
        if (ByDepth.DistinctBy(sized => sized.Depth).Skip(1).Any())
            yield return Decided("C7", ClaimRules.DropFallsWithDepth([.. ByDepth.Select(sized => new SizedNetwork(sized.Depth, sized.Width, sized.Training.Verdicts))]), [.. ByDepth.Select(sized => sized.Training)]);
    }

    private static ClaimEvidence Decided(string claim, ClaimDecision decision, params IEnumerable<IReadOnlyList<SweptRun>> trainings) =>
        new(TrivialLayers.Claims.Of(claim), decision, [.. trainings.SelectMany(seeds => seeds)]);

    private IReadOnlyList<UnitIdentity> UnitsOf(Profile profile, ShippedRuns shipped, int seed)
    {
        using var network = ResNet.ForSmallImages(20, 16, Data.Classes.Count, Data.Channels);
        var sweep = shipped.Of(network, Data, profile.Recipe, seed).Sweep;
        return UnitDistances.Run(network, Profile.Part(Data.Test, UnitImages)).WithDropsOf(sweep);
    }
}
