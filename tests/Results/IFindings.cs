namespace TrivialLayers.Results;

/// <summary>What the README says of the claims on some images.</summary>
internal interface IFindings
{
    /// <summary>The images, for people: "CIFAR-10".</summary>
    string Images { get; }

    /// <summary>The verdict on a claim; null where these images do not bear on it.</summary>
    string? Verdict(Claim claim);

    /// <summary>What was found for a claim; null where these images do not bear on it.</summary>
    string? Found(Claim claim);
}
