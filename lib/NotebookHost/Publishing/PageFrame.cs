using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace NotebookHost.Publishing;

/// <summary>
/// The frame of every page: its head, its style and the scripts it needs. The page's security policy names those scripts by their hashes, so no other script runs,
/// whatever a notebook holds, and nothing is fetched from anywhere.
/// </summary>
internal static class PageFrame
{
    private const string RestOfPolicy = "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'";

    private static readonly string Style = Asset.Text("page.css");
    private static readonly Lazy<string> Charts = new(() => Licensed("plotly-cartesian") + Script(Asset.Text("charts.js")));
    private static readonly Lazy<string> Math = new(() => Licensed("katex") + Script(Asset.Text("math.js")));
    private static readonly Lazy<string> ChartHashes = new(() => $"{Hash(Asset.Text("plotly-cartesian.min.js"))} {Hash(Asset.Text("charts.js"))}");
    private static readonly Lazy<string> MathHashes = new(() => $"{Hash(Asset.Text("katex.min.js"))} {Hash(Asset.Text("math.js"))}");

    /// <summary>A whole page.</summary>
    /// <param name="title">The title as text.</param>
    /// <param name="body">What the page shows, as HTML that is safe already.</param>
    public static string Around(string title, string body)
    {
        var hasCharts = body.Contains(OutputHtml.ChartData, StringComparison.Ordinal);
        var hasMath = body.Contains("<span class=\"math", StringComparison.Ordinal) || body.Contains("<div class=\"math", StringComparison.Ordinal);
        var scripts = (hasMath, hasCharts) switch
        {
            (true, true) => $"{MathHashes.Value} {ChartHashes.Value}",
            (true, false) => MathHashes.Value,
            (false, true) => ChartHashes.Value,
            _ => "'none'",
        };
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src {scripts}; {RestOfPolicy}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <link rel="icon" href="data:,">
            <style>
            {Style}</style>
            </head>
            <body>
            {body}
            {(hasMath ? Math.Value : "")}{(hasCharts ? Charts.Value : "")}</body>
            </html>

            """;
    }

    /// <summary>Facts in a line; those that are null are left out.</summary>
    public static string Facts(params string?[] html) => $"<p class=\"run\">{string.Join(" · ", html.OfType<string>())}</p>";

    /// <summary>A library's script with its licence, which asks to be copied along.</summary>
    private static string Licensed(string library) => $"<!--\n{Asset.Text(library + ".LICENSE.txt")}-->\n{Script(Asset.Text(library + ".min.js"))}";

    private static string Script(string text) => $"<script>{text}</script>\n";

    private static string Hash(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";
}
