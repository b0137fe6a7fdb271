using System.Globalization;

namespace TrivialLayers.Tests;

/// <summary>Claims that were damaged on the disk: found out with file and reason, or harmless; never a wrong number.</summary>
public sealed class DamagedClaimTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_damaged_claim_is_found_out_or_harmless()
    {
        var here = new Provenance("0.1.0", "", "", "", "", "", 2, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Claims.Record("C1", ClaimVerdict.Reproduced, 62.5, new Interval(50, 75, 0.95), "percent", here, "quick", ["9f86d081"], ["Three seeds."], _folder.Path);
        Campaign.Damage(_folder["claims/C1.quick.json"], () =>
        {
            var claims = Claims.Load(_folder.Path);
            foreach (var unreadable in claims.Unreadable)
                throw new InvalidDataException(unreadable.Reason);
            var claim = claims.Records.Single();
            return string.Join('\n', claim with { Notes = [], Sources = [] }, string.Join('|', claim.Notes), string.Join('|', claim.Sources), claim.Recorded.ToString("O", CultureInfo.InvariantCulture));
        }, 300, structured: true);
    }
}
