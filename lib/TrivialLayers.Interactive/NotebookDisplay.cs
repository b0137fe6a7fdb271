using System.Globalization;
using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive.Formatting;

namespace TrivialLayers;

/// <summary>How the values of this library show in a notebook. <c>setup.csx</c> registers it.</summary>
public static class NotebookDisplay
{
    /// <summary>The MIME type of a figure for plotly.js.</summary>
    private const string Plotly = "application/vnd.plotly.v1+json";

    /// <summary>The MIME type in which an output says what was found, for the notebook host's page over all notebooks and for the end of its runs.</summary>
    private const string Finding = "application/vnd.notebook.finding+json";

    private const string Png = "image/png";
    private const string Html = "text/html";
    private const string PlainText = "text/plain";

    /// <summary>Registers the formatters; again does no harm.</summary>
    public static void Register()
    {
        // A picture and no HTML: readers prefer HTML to any picture, and before a notebook is trusted they clean it of pictures.
        Formatter.Register<Figure>(figure => figure.PlotlyJson!, Plotly);
        Formatter.Register<Figure>(figure => Convert.ToBase64String(figure.Png), Png);
        Formatter.Register<Figure>(figure => figure.ToString(), PlainText);
        Formatter.SetPreferredMimeTypesFor(typeof(Figure), Plotly, Png, PlainText);
        Formatter.SetPreferredMimeTypesFor(typeof(PictureFigure), Png, PlainText);

        Show<DataFrame>(table => table);
        Show<SegmentedNetwork>(Describe, network => network.Layers.ToTable());
        Show<TrainedRun>(run => run.Network, TableOf);
        Show<Sweep>(Describe, sweep => sweep.ToTable());
        Show<UnitDistances>(Describe, distances => distances.ToTable());
        Show<ConfusionMatrix>(matrix => matrix.ToString(), matrix => matrix.ToTable());
        // The lists of the library and what Where, Take and the like make of them.
        Show<IEnumerable<Layer>>(layers => layers.ToTable());
        Show<IEnumerable<SweptTarget>>(layers => layers.ToTable());
        Show<IEnumerable<UnitIdentity>>(units => units.ToTable());
        Show<IEnumerable<Claim>>(TableOf);
        Show<Layer>(layer => new[] { layer }.ToTable());
        Show<SweptTarget>(layer => new[] { layer }.ToTable());
        Show<TrainingHistory>(history => history.ToTable());
        Show<ClaimRecord>(ClaimText.Html, ClaimText.Plain);
        Formatter.Register<ClaimRecord>(ClaimText.Finding, Finding);
        Formatter.SetPreferredMimeTypesFor(typeof(ClaimRecord), Html, Finding, PlainText);
        Show<ClaimDecision>(ClaimText.Html, ClaimText.Plain);
        Show<RecordedClaims>(ClaimText.Html, ClaimText.Plain);
        ShowText<Interval>(interval => string.Create(CultureInfo.InvariantCulture, $"{interval.ToString(2)} ({100 * interval.Level:0.##} % interval)"));
        ShowText<AgreementTest>(test => string.Create(
            CultureInfo.InvariantCulture,
            $"{test.Interval.Around(test.Agreement, 2)} ({100 * test.Interval.Level:0.##} % interval), permutation p = {test.PValue:G3}, {test.Networks} networks"));
        ShowText<Margin>(margin => margin.ToString());
        ShowText<ImageSet>(images => images.ToString());
        ShowText<DataSplit>(split => split.ToString());
        ShowText<Outcomes>(outcomes => outcomes.ToString());
        ShowText<Measurement>(measurement => measurement.ToString());
        ShowText<Evaluation>(evaluation => string.Create(
            CultureInfo.InvariantCulture, $"{evaluation.Outcomes}, cross-entropy {evaluation.CrossEntropy:F4} nats"));
    }

    private static void Show<T>(Func<T, DataFrame> table) => Show<T>(value => TableText.Html(table(value)), value => TableText.Plain(table(value)));

    /// <summary>A line of text and a table.</summary>
    private static void Show<T>(Func<T, string> line, Func<T, DataFrame> table) => Show<T>(
        value => TableText.Line(line(value)) + TableText.Html(table(value)), value => $"{line(value)}\n{TableText.Plain(table(value))}");

    private static void Show<T>(Func<T, string> html, Func<T, string> plain)
    {
        Formatter.Register(html, Html);
        Formatter.Register(plain, PlainText);
        Formatter.SetPreferredMimeTypesFor(typeof(T), Html, PlainText);
    }

    private static void ShowText<T>(Func<T, string> text)
    {
        Formatter.Register(text, PlainText);
        Formatter.SetPreferredMimeTypesFor(typeof(T), PlainText);
    }

    private static string Describe(SegmentedNetwork network) => string.Create(
        CultureInfo.InvariantCulture,
        $"{network.Title}: {network.parameters().Sum(parameter => parameter.NumberOfElements):N0} parameters, {network.Layers.Count} convolution layers");

    private static string Describe(Sweep sweep) => string.Create(
        CultureInfo.InvariantCulture,
        $"{sweep.Identity.Network} on {sweep.Identity.Images}: baseline {sweep.Baseline.Value:F2}{(sweep.Measure == Measure.Accuracy ? " %" : $" {sweep.Measure.Name}")}, {sweep.Targets.Count} {(sweep.Targets.All(target => target.Layers.Count == 1) ? "layers" : "sets of layers")} {sweep.Intervention}, smallest resolvable drop {sweep.SmallestResolvableDrop:F2} points");

    private static string Describe(UnitDistances distances) =>
        $"{distances.Network}: {UnitIdentity.Formula} of each residual unit";

    private static DataFrame TableOf(IEnumerable<Claim> claims) => new(
        new StringDataFrameColumn("claim", claims.Select(claim => claim.Id)),
        new StringDataFrameColumn("sentence", claims.Select(claim => claim.Sentence)),
        new StringDataFrameColumn("decided by", claims.Select(claim => claim.Rule)));

    private static DataFrame TableOf(TrainedRun run) => new(
        new StringDataFrameColumn("data", [run.Data]),
        new Int64DataFrameColumn("seed", [run.Seed]),
        new Int32DataFrameColumn("epochs", [run.History.Epochs.Count]),
        new Int64DataFrameColumn("parameters", [run.Parameters]),
        new DoubleDataFrameColumn("training accuracy (%)", [run.TrainingAccuracy]),
        new DoubleDataFrameColumn("validation accuracy (%)", [run.ValidationAccuracy]),
        new DoubleDataFrameColumn("test accuracy (%)", [run.TestAccuracy]),
        new DoubleDataFrameColumn("training time (s)", [run.Seconds]));
}
