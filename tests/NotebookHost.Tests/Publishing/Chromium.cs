using Microsoft.Playwright;

namespace NotebookHost.Tests.Publishing;

/// <summary>Debian's Chromium, driven by Playwright; everything that its pages say or ask for is noted.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Executable = "/usr/bin/chromium";

    private readonly string _folder = Directory.CreateTempSubdirectory("pages-").FullName;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Executable))
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Executable, Args = ["--no-sandbox"], Headless = true });
    }

    /// <summary>Opens a page from a file.</summary>
    /// <param name="html">The page's text.</param>
    /// <param name="width">How wide the window is, in pixels.</param>
    /// <param name="scripts">Whether scripts may run.</param>
    public async Task<Visit> Open(string html, int width = 1280, bool scripts = true)
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid():n}.html");
        await File.WriteAllTextAsync(path, html);
        var visit = await Open(new Uri(path), width, scripts);
        // Charts are drawn in promises after the page has loaded.
        await visit.Page.WaitForTimeoutAsync(500);
        return visit;
    }

    /// <summary>Opens the page at an address.</summary>
    public async Task<Visit> Open(Uri address, int width = 1280, bool scripts = true)
    {
        Assert.SkipUnless(_browser is not null, $"{Executable} is not installed (Debian's package chromium).");
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 }, JavaScriptEnabled = scripts });
        var visit = new Visit(await context.NewPageAsync());
        await visit.Page.GotoAsync(address.AbsoluteUri);
        return visit;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>An open page and what it did meanwhile.</summary>
    public sealed class Visit : IAsyncDisposable
    {
        internal Visit(IPage page)
        {
            Page = page;
            page.Console += (_, message) => Messages.Add($"{message.Type}: {message.Text}");
            page.PageError += (_, error) => Messages.Add(error);
            page.Request += (_, request) => Requests.Add(request.Url);
            page.Context.Page += (_, _) => Messages.Add("a window was opened");
        }

        public IPage Page { get; }

        public List<string> Messages { get; } = [];

        public List<string> Requests { get; } = [];

        /// <summary>Requests for anything that is not in the page or its file.</summary>
        public IEnumerable<string> RequestsElsewhere => Requests.Where(url => !url.StartsWith("file:", StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal) && !url.StartsWith("blob:", StringComparison.Ordinal));

        public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
    }
}
