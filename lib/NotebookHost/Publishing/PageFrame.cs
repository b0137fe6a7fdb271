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
    private static readonly string s_style = Asset.Text("page.css");
    private static readonly Lazy<string> s_charts = new(() => Licensed("plotly-cartesian") + Script(Asset.Text("charts.js")));
    private static readonly Lazy<string> s_math = new(() => Licensed("katex") + Script(Asset.Text("math.js")));
    private static readonly Lazy<string> s_chartHashes = new(() => $"{Hash(Asset.Text("plotly-cartesian.min.js"))} {Hash(Asset.Text("charts.js"))}");
    private static readonly Lazy<string> s_mathHashes = new(() => $"{Hash(Asset.Text("katex.min.js"))} {Hash(Asset.Text("math.js"))}");

    /// <summary>A whole page.</summary>
    /// <param name="title">The title as text.</param>
    /// <param name="body">What the page shows, as HTML that is safe already.</param>
    public static string Around(string title, string body)
    {
        var hasCharts = body.Contains(OutputHtml.ChartData, StringComparison.Ordinal);
        var hasMath = body.Contains("<span class=\"math", StringComparison.Ordinal) || body.Contains("<div class=\"math", StringComparison.Ordinal);
        var scripts = $"{(hasCharts ? " " + s_chartHashes.Value : "")}{(hasMath ? " " + s_mathHashes.Value : "")}";
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src{(scripts.Length > 0 ? scripts : " 'none'")}; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <link rel="icon" href="data:,">
            <style>
            {s_style}</style>
            </head>
            <body>
            {body}
            {(hasMath ? s_math.Value : "")}{(hasCharts ? s_charts.Value : "")}</body>
            </html>

            """;
    }

    /// <summary>A library's script with its licence, which asks to be copied along.</summary>
    private static string Licensed(string library) => $"<!--\n{Asset.Text(library + ".LICENSE.txt")}-->\n{Script(Asset.Text(library + ".min.js"))}";

    private static string Script(string text) => $"<script>{text}</script>\n";

    private static string Hash(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";
}
