namespace TrivialLayers.Results;

/// <summary>The generated part of the page in <c>data/checkpoints</c>: a section for the claims on some images, and one for each group of networks.</summary>
/// <remarks>A section whose images are missing keeps its text.</remarks>
internal sealed class CheckpointsBlock(ShippedRuns shipped, string standing)
{
    private static readonly (string Images, string Heading, IReadOnlyList<string> Recipes)[] s_networks =
    [
        ("fashion-mnist-sample", "Networks on the sample of Fashion-MNIST", NetworkTable.OnProcessors),
        ("fashion-mnist-sample-textured", "Networks on the sample with textured backgrounds", NetworkTable.OnProcessors),
        ("fashion-mnist-sample-scenes", "Networks that segment scenes made of the sample", NetworkTable.OnProcessors),
        ("cifar-10-5000", "Networks on 5,000 images of CIFAR-10", NetworkTable.OnProcessors),
        ("cifar-10", "Networks on all of CIFAR-10", NetworkTable.OnProcessors),
        ("cifar-10", "Networks on all of CIFAR-10, trained on a GPU", NetworkTable.OnCards),
        ("fashion-mnist", "Networks on all of Fashion-MNIST", NetworkTable.OnProcessors),
    ];

    /// <summary>The images without which a section keeps its text.</summary>
    public static IEnumerable<string> Needed => s_networks.Select(section => section.Images).Distinct();

    /// <summary>The text between the marks.</summary>
    /// <param name="claims">What was found on the images that are compared; null for images that are missing.</param>
    public string Of(params IEnumerable<(string Images, Evidence? Evidence)> claims) => string.Join("\n\n",
    [
        .. claims.Select(found => Section($"Claims on {found.Images}", found.Evidence is { } evidence ? ClaimsOf(evidence) : null)),
        .. s_networks.Select(section => Section(section.Heading, ShippedRuns.Has(section.Images) ? NetworkTable.Of(shipped, section.Images, section.Recipes) : null)),
    ]) + "\n";

    /// <summary>A heading with these lines below it, or with those that stand there.</summary>
    /// <exception cref="InvalidDataException">Nothing stands there.</exception>
    private string Section(string heading, IReadOnlyList<string>? lines)
    {
        heading = "### " + heading;
        return string.Join('\n', (lines ?? Standing(heading)).Prepend("").Prepend(heading));
    }

    private string[] Standing(string heading)
    {
        var lines = standing.Split('\n').SkipWhile(line => line != heading).Skip(2).TakeWhile(line => !line.StartsWith('#')).ToList();
        return string.Join('\n', lines).TrimEnd('\n') is { Length: > 0 } text
            ? text.Split('\n')
            : throw new InvalidDataException($"data/checkpoints/README.md has no section \"{heading}\" to keep, and the images to write it from are missing: data/README.md says how to get them.");
    }

    private static IReadOnlyList<string> ClaimsOf(Evidence evidence) =>
    [
        .. evidence.Scenes is null ? [] : new[] { Sentences.Measured(evidence) + " " + Sentences.Brackets(evidence), "" },
        .. Sentences.Beside(evidence).Select(sentence => "- " + sentence),
        "",
        "| claim | verdict | effect with interval | what the effect is | remarks |",
        "| --- | --- | --- | --- | --- |",
        .. evidence.Claims.Select(found => $"| {found.Claim.Id} | {ClaimWords.NameOf(found.Decision.Verdict)} | {ClaimWords.Effect(found.Decision.Effect, found.Decision.Interval)} | {found.Decision.Unit} | {string.Join(' ', found.Decision.Because)} |"),
        "",
        "Trainings given to each rule, those that it left out included:",
        "",
        .. evidence.Claims.Select(found => $"- {found.Claim.Id}: {string.Join(", ", found.Trainings.Select(swept => NetworkTable.Link(swept.Run)))}"),
    ];
}
