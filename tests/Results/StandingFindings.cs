namespace TrivialLayers.Results;

/// <summary>What the README already says about images that are missing.</summary>
internal sealed class StandingFindings : IFindings
{
    private readonly string[] _lines;

    /// <summary>Reads what stands between the marks.</summary>
    /// <param name="images">The images, for people.</param>
    /// <param name="standing">The text between the marks.</param>
    /// <exception cref="InvalidDataException">Nothing of these images stands there.</exception>
    public StandingFindings(string images, string standing)
    {
        (Images, _lines) = (images, standing.Split('\n'));
        if (Claims.All.All(claim => Verdict(claim) is null))
            throw new InvalidDataException($"README.md has no results on {images} to keep, and the images to compute them from are missing: data/README.md says how to get them.");
    }

    public string Images { get; }

    public string? Verdict(Claim claim) => Found(claim) is null ? null : Part(claim, 1) ?? Cell(claim, 1);

    public string? Found(Claim claim) => Part(claim, 2);

    /// <summary>What a cell says of these images; null where it says nothing of them alone.</summary>
    private string? Part(Claim claim, int column) => Cell(claim, column)?.Split("<br>")
        .FirstOrDefault(part => part.StartsWith($"{Images}: ", StringComparison.Ordinal))?[(Images.Length + 2)..];

    private string? Cell(Claim claim, int column) =>
        _lines.FirstOrDefault(line => line.StartsWith($"| [{claim.Id}](", StringComparison.Ordinal))?.Trim('|', ' ').Split(" | ")[column];
}
