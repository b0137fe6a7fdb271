
namespace TrivialLayers;

/// <summary>
/// The colours and shapes of all figures. The colours are those of M. Okabe and K. Ito, <i>Color Universal Design</i> (2008), which
/// readers with a colour vision deficiency can tell apart; their yellow, too pale on white, is left out.
/// </summary>
internal static class Palette
{
    private static readonly Mark[] s_inOrder =
    [
        new("#0072b2", MarkShape.Circle),
        new("#d55e00", MarkShape.Square),
        new("#009e73", MarkShape.Diamond),
        new("#cc79a7", MarkShape.TriangleUp),
        new("#e69f00", MarkShape.TriangleDown),
        new("#56b4e9", MarkShape.Cross),
        new("#262626", MarkShape.Square),
        new("#7f7f7f", MarkShape.Diamond),
    ];

    /// <summary>Text, axes and reference lines.</summary>
    public static string Ink => "#262626";

    /// <summary>Ticks and less important text.</summary>
    public static string SoftInk => "#5a5a5a";

    /// <summary>Grid lines.</summary>
    public static string Grid => "#e3e3e3";

    /// <summary>Grid lines that only lead the eye to a name.</summary>
    public static string FaintGrid => "#f1f1f1";

    /// <summary>The mark of the layers of a role.</summary>
    public static Mark Of(LayerRole role) => role switch
    {
        LayerRole.Stem => new("#262626", MarkShape.Cross),
        LayerRole.ChannelChange => new("#d55e00", MarkShape.Square),
        LayerRole.Shortcut => new("#e69f00", MarkShape.TriangleUp),
        LayerRole.Residual => new("#0072b2", MarkShape.Circle),
        LayerRole.Plain => new("#009e73", MarkShape.Diamond),
        LayerRole.Dense => new("#cc79a7", MarkShape.TriangleUp),
        _ => new("#7f7f7f", MarkShape.TriangleDown),
    };

    /// <summary>The mark of the n-th thing compared, from 0; after the eighth the colours start again, in other shapes.</summary>
    public static Mark At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var mark = s_inOrder[index % s_inOrder.Length];
        return mark with { Shape = (MarkShape)(((int)mark.Shape + (index / s_inOrder.Length)) % Enum.GetValues<MarkShape>().Length) };
    }

    /// <summary>The colour inside a mark.</summary>
    internal static string Inside(Mark mark, Fill fill) => fill switch
    {
        Fill.Full => mark.Colour,
        Fill.Pale => Blend("#ffffff", mark.Colour, 0.4),
        _ => "#ffffff",
    };

    /// <summary>The colour of a share: nearly white at 0 %, dark blue at 100 %.</summary>
    internal static string Heat(double percent) => Blend("#f7fbff", "#084081", Math.Clamp(percent / 100, 0, 1));

    /// <summary>The colour of a signed value: blue at −1, white at 0, orange at 1.</summary>
    internal static string Diverging(double value) => Blend("#ffffff", value < 0 ? s_inOrder[0].Colour : s_inOrder[1].Colour, Math.Clamp(Math.Abs(value), 0, 1));

    private static string Blend(string from, string to, double share)
    {
        byte[] a = Convert.FromHexString(from.AsSpan(1)), b = Convert.FromHexString(to.AsSpan(1));
        return "#" + Convert.ToHexStringLower([.. a.Zip(b, (x, y) => (byte)Math.Round(x + ((y - x) * share)))]);
    }

    /// <summary>A role as figures and tables write it, for example "channel change".</summary>
    public static string NameOf(LayerRole role) => role switch
    {
        LayerRole.ChannelChange => "channel change",
        _ => role.ToString().ToLowerInvariant(),
    };
}
