using TrivialLayers.Results;

namespace TrivialLayers.Tests;

/// <summary>Without the images of CIFAR-10, what the README says about it stays as it is.</summary>
public sealed class StandingFindingsTests
{
    private const string Block = """
        | claim | verdict | what was found |
        | --- | --- | --- |
        | [C1](notebooks/03-zero-each-layer.ipynb) One. | not reproduced<br>CIFAR-10: undecided | 5.3 % of them<br>CIFAR-10: none |
        | [C3](notebooks/04-connections.ipynb) Three. | reproduced | All |
        | [C5](notebooks/06-regular.ipynb) Five. | reproduced | Tau: 0.6<br>CIFAR-10: 0.4 |
        """;

    private readonly StandingFindings _standing = new("CIFAR-10", Block);

    [Fact]
    public void Its_part_of_each_cell_is_read_back() => Assert.Equal(("undecided", "none"), (_standing.Verdict(Claims.Of("C1")), _standing.Found(Claims.Of("C1"))));

    [Fact]
    public void A_verdict_that_stands_once_is_that_of_all_images() => Assert.Equal(("reproduced", "0.4"), (_standing.Verdict(Claims.Of("C5")), _standing.Found(Claims.Of("C5"))));

    [Fact]
    public void A_claim_that_it_has_no_part_in_stays_without() => Assert.Equal((null, null), (_standing.Verdict(Claims.Of("C3")), _standing.Found(Claims.Of("C3"))));

    [Fact]
    public void Where_nothing_of_it_stands_the_images_are_asked_for()
    {
        var error = Assert.Throws<InvalidDataException>(() => new StandingFindings("CIFAR-100", Block));

        Assert.Equal("README.md has no results on CIFAR-100 to keep, and the images to compute them from are missing: data/README.md says how to get them.", error.Message);
    }
}
