namespace TrivialLayers;

/// <summary>Joins the two ways in which work can be asked to end.</summary>
internal static class ProgressLink
{
    /// <summary>A token that is cancelled when the given one is, or when the progress display asks for it.</summary>
    public static CancellationToken Link(this IProgress<ProgressReport>? progress, CancellationToken cancellationToken) => progress switch
    {
        ICancellableProgress { Token: var own } when !cancellationToken.CanBeCanceled => own,
        ICancellableProgress { Token: { CanBeCanceled: true } own } => CancellationTokenSource.CreateLinkedTokenSource(own, cancellationToken).Token,
        _ => cancellationToken,
    };
}
