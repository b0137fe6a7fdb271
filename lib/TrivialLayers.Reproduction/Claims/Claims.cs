using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TrivialLayers;

/// <summary>
/// The claims, the paper's and our own, and their outcomes on disk: one JSON file for each claim and profile in the folder <c>claims</c> beside the runs.
/// </summary>
public static class Claims
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        // The files are for people too: ‖ and − as they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    /// <summary>The paper's six claims and one of our own, C7, in order.</summary>
    public static IReadOnlyList<Claim> All { get; } =
    [
        new("C1", "After zeroing one kernel of a trained ResNet, test accuracy is often similar to the baseline, or even equal to it.",
            "Reproduced when every training of every over-parameterised ResNet tested has a Trivial convolution; not reproduced when in one of them every convolution is NonTrivial. The effect shown is the share of Trivial layers, with its range over trainings.",
            "05-deeper-and-wider"),
        new("C2", "Networks without connections (VGG) need every layer.",
            "Reproduced when every layer of plain and VGG networks is NonTrivial in every training; not reproduced when one layer is Trivial. A network counts only if its mean baseline is within 3 points of the ResNets' mean baseline.",
            "04-connections"),
        new("C3", "A long connection (U-Net, SegNet) acts locally like no connection.",
            "On one segmentation task, with one encoder–decoder built without connections, with long ones and with short ones. Reproduced when every layer of the networks without connections and of those with long ones is NonTrivial in every training; not reproduced when one layer is Trivial. A network counts only if its mean baseline is within 3 points of the mean baseline of those with short connections.",
            "04-connections"),
        new("C4", "In an over-parameterised ResNet the non-trivial layers are mostly the feature decomposition layers: those that change the number of channels.",
            "Measured: the share of NonTrivial layers among ChannelChange minus that among Residual, with a bootstrap interval over the trainings of over-parameterised ResNets. Reproduced when the whole interval lies above 0, both with stem and shortcuts added to ChannelChange and without them; not reproduced when it lies below 0 both times. A network counts only if it has three such trainings.",
            "05-deeper-and-wider"),
        new("C5", "Trivial kernels are regular: they are in the same layers in every training, not by chance.",
            "Measured: the rank agreement of drops between trainings, with an interval from permutations within role and position in the unit. Reproduced when the whole interval lies above 0; not reproduced when it lies below 0.",
            "06-regular"),
        new("C6", "Zeroing a kernel in a residual unit leaves the shortcut, so the unit is nearly the identity.",
            string.Create(CultureInfo.InvariantCulture, $"Reproduced when in every training the median of {UnitIdentity.Formula} over the units with a zeroed kernel is at most {UnitIdentity.Near}, and units nearer to their shortcut have smaller drops (Kendall's tau above 0); not reproduced when in every training the median is larger than {UnitIdentity.Near}."),
            "02-zero-one-layer"),
        new("C7", "Ours, not the paper's: in ResNets of one width the median drop of a residual layer falls with depth.",
            "Measured: Kendall's tau between depth and the median drop of the residual layers, with an interval from permutations within a width. Reproduced when the whole interval lies below 0, and that median falls in at least two of three seeds at each step from one depth to the next, from depth 20 on; not reproduced when the whole interval lies above 0.",
            "05-deeper-and-wider"),
    ];

    /// <summary>The claim of that id.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Claim Of(string id) => All.FirstOrDefault(claim => claim.Id == id)
        ?? throw new ArgumentException($"There is no claim \"{id}\"; the claims are {string.Join(", ", All.Select(claim => claim.Id))}.", nameof(id));

    /// <summary>
    /// Stores the outcome of a claim as <c>claims/{claim}.{profile}.json</c>, in place of an earlier one. An earlier file that cannot be
    /// read is not overwritten: it is set aside as <c>….json.unreadable-1</c>, and the new record's notes say so.
    /// </summary>
    /// <param name="claim">C1 to C7.</param>
    /// <param name="verdict">What the evidence shows.</param>
    /// <param name="effect">The measured effect, in <paramref name="unit"/>.</param>
    /// <param name="interval">Its interval, in the same unit; null where there is none.</param>
    /// <param name="unit">What the effect measures, with its unit.</param>
    /// <param name="provenance">Machine and versions that computed it: <see cref="Provenance.Current"/>.</param>
    /// <param name="profile">quick, reference, full or a name of lower-case letters, digits and hyphens.</param>
    /// <param name="sources">Addresses of the runs and sweeps behind the numbers.</param>
    /// <param name="notes">What a reader should know, one sentence each.</param>
    /// <param name="folder">The folder of the runs; null for <see cref="RepositoryFolder.Runs"/>.</param>
    /// <returns>What was stored.</returns>
    /// <exception cref="ArgumentException">No such claim, or a profile name that cannot be part of a file name.</exception>
    internal static ClaimRecord Record(string claim, ClaimVerdict verdict, double effect, Interval? interval, string unit,
        Provenance provenance, string profile = "quick", IEnumerable<string>? sources = null, IEnumerable<string>? notes = null, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(provenance);
        ArgumentException.ThrowIfNullOrWhiteSpace(unit);
        if (string.IsNullOrEmpty(profile) || !profile.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'))
            throw new ArgumentException($"\"{profile}\" cannot be the name of a profile: use lower-case letters, digits and hyphens, for example quick.", nameof(profile));
        var file = Path.Combine(ClaimsFolder(folder), $"{Of(claim).Id}.{profile}.json");
        var record = new ClaimRecord
        {
            Claim = claim,
            Profile = profile,
            Verdict = verdict,
            Effect = effect,
            Interval = interval,
            Unit = unit,
            Notes = [.. notes ?? [], .. SetAsideIfUnreadable(file)],
            Sources = [.. sources ?? []],
            Provenance = provenance,
            Recorded = DateTime.UtcNow,
        };
        record = record with { Checksum = ChecksumOf(record) };
        Directory.CreateDirectory(ClaimsFolder(folder));
        AtomicFile.WriteText(file, JsonSerializer.Serialize(record, Json) + "\n");
        return record;
    }

    /// <summary>Stores the outcome of a claim as its rule decided it.</summary>
    /// <param name="claim">C1 to C7.</param>
    /// <param name="decision">What one of <see cref="ClaimRules"/> returned.</param>
    /// <param name="provenance">Machine and versions that computed it: <see cref="Provenance.Current"/>.</param>
    /// <param name="profile">quick, reference, full or a name of lower-case letters, digits and hyphens.</param>
    /// <param name="sources">Addresses of the runs and sweeps behind the numbers.</param>
    /// <param name="folder">The folder of the runs; null for <see cref="RepositoryFolder.Runs"/>.</param>
    /// <returns>What was stored.</returns>
    /// <exception cref="ArgumentException">No such claim, or a profile name that cannot be part of a file name.</exception>
    internal static ClaimRecord Record(string claim, ClaimDecision decision, Provenance provenance, string profile = "quick",
        IEnumerable<string>? sources = null, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return Record(claim, decision.Verdict, decision.Effect, decision.Interval, decision.Unit, provenance, profile, sources, decision.Because, folder);
    }

    /// <summary>Stores the outcome of a claim as its rule decided it, beside the runs of this repository, in place of an earlier one of the same profile.</summary>
    /// <param name="claim">C1 to C7.</param>
    /// <param name="decision">What one of <see cref="ClaimRules"/> returned.</param>
    /// <param name="profile">The profile in which it was measured.</param>
    /// <param name="evidence">The trainings behind the numbers.</param>
    /// <returns>What was stored.</returns>
    /// <exception cref="ArgumentException">No such claim.</exception>
    public static ClaimRecord Record(string claim, ClaimDecision decision, Profile profile, params IEnumerable<TrainedRun> evidence)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(evidence);
        return Record(claim, decision, Provenance.Current(), profile.Name, evidence.Select(run => run.Address));
    }

    /// <inheritdoc cref="Record(string, ClaimDecision, Profile, IEnumerable{TrainedRun})"/>
    public static ClaimRecord Record(string claim, ClaimDecision decision, Profile profile, IEnumerable<SweptRun> evidence) =>
        Record(claim, decision, profile, evidence.Select(swept => swept.Run));

    /// <summary>Reads every claim stored beside the runs; files that cannot be read are listed with the reason and left as they are.</summary>
    /// <param name="folder">The folder of the runs; null for <see cref="RepositoryFolder.Runs"/>. It need not exist.</param>
    public static RecordedClaims Load(string? folder = null)
    {
        var records = new List<ClaimRecord>();
        var unreadable = new List<UnreadableClaim>();
        if (Directory.Exists(ClaimsFolder(folder)))
            foreach (var file in Directory.EnumerateFiles(ClaimsFolder(folder), "*.json").Order(StringComparer.Ordinal))
                if (Read(file, out var reason) is { } record) records.Add(record);
                else unreadable.Add(new UnreadableClaim(file, reason));
        return new RecordedClaims(records, unreadable);
    }

    private static string ClaimsFolder(string? runs) => Path.Combine(runs ?? RepositoryFolder.Runs, "claims");

    private static ClaimRecord? Read(string file, out string reason)
    {
        reason = "";
        try
        {
            var record = JsonSerializer.Deserialize<ClaimRecord>(File.ReadAllBytes(file), Json);
            if (record is null) reason = $"{file} holds no claim.";
            else if (All.All(claim => claim.Id != record.Claim)) reason = $"{file} is about a claim \"{record.Claim}\", which does not exist; the claims are {string.Join(", ", All.Select(claim => claim.Id))}.";
            else if (Path.GetFileName(file) != $"{record.Claim}.{record.Profile}.json") reason = $"{file} holds claim {record.Claim} of profile {record.Profile}, which contradicts its file name.";
            else if (record.Checksum != ChecksumOf(record)) reason = $"{file} was changed after it was written: its checksum is {ChecksumOf(record)}; the file gives {record.Checksum}.";
            return reason.Length == 0 ? record : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            reason = $"{file} cannot be read as a claim: {error.Message}";
            return null;
        }
    }

    private static string ChecksumOf(ClaimRecord record) => JsonChecksum.Of(record with { Checksum = "" }, Json);

    private static IEnumerable<string> SetAsideIfUnreadable(string file)
    {
        if (!File.Exists(file) || Read(file, out var reason) is not null) return [];
        var number = 1;
        while (File.Exists($"{file}.unreadable-{number}")) number++;
        File.Move(file, $"{file}.unreadable-{number}");
        return [$"An earlier file was set aside as {Path.GetFileName(file)}.unreadable-{number}: {reason}"];
    }
}
