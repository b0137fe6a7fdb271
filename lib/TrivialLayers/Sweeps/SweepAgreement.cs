namespace TrivialLayers;

/// <summary>Whether the same layers matter in several networks: claim C5.</summary>
public static class SweepAgreement
{
    /// <summary>
    /// The rank agreement of the drops beyond role and position in the unit (<see cref="RankAgreement.WithinStrata"/>), over the layers that all networks have: those of the same name and role.
    /// </summary>
    /// <param name="sweeps">Sweeps of two networks or more: other seeds, depths or data.</param>
    /// <exception cref="ArgumentException">Fewer than two sweeps, or no two shared layers with the same role and position.</exception>
    public static AgreementTest Test(IReadOnlyList<Sweep> sweeps)
    {
        ArgumentNullException.ThrowIfNull(sweeps);
        foreach (var sweep in sweeps)
            sweep.DemandSingleLayers();
        if (sweeps.Count < 2)
            throw new ArgumentException($"Agreement needs at least two sweeps; got {sweeps.Count}.", nameof(sweeps));
        var shared = sweeps[0].Targets.Select(layer => (layer.Layer.Name, layer.Layer.Role))
            .Where(layer => sweeps.All(sweep => sweep.Targets.Any(other => (other.Layer.Name, other.Layer.Role) == layer))).ToList();
        if (shared.Count == 0)
            throw new ArgumentException($"{string.Join(", ", sweeps.Select(sweep => sweep.Identity.Network).Distinct())} have no layer with the same name and role in common.", nameof(sweeps));
        return RankAgreement.WithinStrata(
            [.. sweeps.Select(sweep => shared.ConvertAll(layer => sweep.Targets.Single(other => other.Layer.Name == layer.Name).Drop))],
            [.. shared.Select(layer => $"{layer.Role}/{layer.Name[(layer.Name.LastIndexOf('.') + 1)..]}")]);
    }
}
