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
    private static readonly Lazy<Scripts> Charts = new(() => Scripts.Of("plotly-cartesian", "charts.js"));
    private static readonly Lazy<Scripts> Math = new(() => Scripts.Of("katex", "math.js"));

    /// <summary>A whole page.</summary>
    /// <param name="title">The title as text.</param>
    /// <param name="body">What the page shows, as HTML that is safe already.</param>
    /// <param name="refresh">After so many seconds a browser reads the page again; null for a page that stays as it is.</param>
    public static string Around(string title, string body, int? refresh = null)
    {
        var hasCharts = body.Contains(OutputHtml.ChartData, StringComparison.Ordinal);
        var hasMath = body.Contains("<span class=\"math", StringComparison.Ordinal) || body.Contains("<div class=\"math", StringComparison.Ordinal);
        var scripts = new List<Scripts>();
        if (hasMath)
            scripts.Add(Math.Value);
        if (hasCharts)
            scripts.Add(Charts.Value);
        var allowed = scripts.Count > 0 ? string.Join(' ', scripts.Select(script => script.Hashes)) : "'none'";
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src {allowed}; {RestOfPolicy}">
            {(refresh is { } seconds ? $"<meta http-equiv=\"refresh\" content=\"{seconds}\">\n" : "")}<meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <link rel="icon" href="data:,">
            <style>
            {Style}</style>
            </head>
            <body>
            {body}
            {string.Concat(scripts.Select(script => script.Html))}</body>
            </html>

            """;
    }

    /// <summary>Facts in a line; those that are null are left out.</summary>
    public static string Facts(params string?[] html) => $"<p class=\"run\">{string.Join(" · ", html.OfType<string>())}</p>";

    /// <summary>A library and the script of ours that uses it.</summary>
    /// <param name="Html">Both as elements, before them the library's licence, which asks to be copied along.</param>
    /// <param name="Hashes">By which a page's policy names them.</param>
    private sealed record Scripts(string Html, string Hashes)
    {
        public static Scripts Of(string library, string own)
        {
            var (theirs, ours) = (Asset.Text(library + ".min.js"), Asset.Text(own));
            return new($"<!--\n{Asset.Text(library + ".LICENSE.txt")}-->\n{Element(theirs)}{Element(ours)}", $"{Hash(theirs)} {Hash(ours)}");
        }

        private static string Element(string script) => $"<script>{script}</script>\n";

        private static string Hash(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";
    }
}
