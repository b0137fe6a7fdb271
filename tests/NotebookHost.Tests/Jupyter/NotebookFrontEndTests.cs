using System.Text.RegularExpressions;
using Microsoft.Playwright;
using NotebookHost.Tests.Publishing;
using NotebookHost.Tests.Running;

namespace NotebookHost.Tests.Jupyter;

/// <summary>What a reader does in a browser: open a notebook, change a layer, run, stop, go on. <c>NOTEBOOK_SCREENSHOT</c> names a file for the picture that the documentation shows.</summary>
[Collection(TorchCollection.Name)]
[Trait("Category", "Slow")]
[Trait("Category", "Browser")]
public sealed partial class NotebookFrontEndTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Tweak = ".cell:has-text('tweaked.Replace')";

    [Fact]
    public async Task A_layer_is_changed_trained_interrupted_and_drawn_in_Notebook()
    {
        await using var server = await NotebookServer.Start();
        await using var visit = await chromium.Open(new Uri(server.Root, "notebooks/03-zero-each-layer.ipynb"), width: 1200);
        var page = visit.Page;
        page.SetDefaultTimeout(120_000);
        await page.Locator("#kernel_indicator_icon.kernel_idle_icon").WaitForAsync();
        var tweak = page.Locator(Tweak).First;
        Assert.True(await page.EvaluateAsync<bool>("() => [...document.querySelectorAll('.output_png img')].some(picture => picture.naturalWidth > 0)"), "Of a notebook that was not run or trusted yet, no picture shows.");

        await Edit(tweak, source => source.Replace("layer2.0.conv2", "layer3.0.conv2", StringComparison.Ordinal).Replace("2 * width, 2 * width", "4 * width, 4 * width", StringComparison.Ordinal));
        await page.ClickAsync("#celllink");
        await page.ClickAsync("#run_all_cells");
        var progress = tweak.Locator(".output_stdout");
        await Assertions.Expect(progress).ToContainTextAsync("images/s", new() { Timeout = 240_000 });
        var first = await progress.InnerTextAsync();
        Assert.Matches(ProgressLine(), first.Trim());
        await Assertions.Expect(progress).Not.ToHaveTextAsync(first, new() { Timeout = 30_000 });

        await page.ClickAsync("#run_int button[data-jupyter-action*='interrupt'], #run_int button:has(.fa-stop)");
        await Assertions.Expect(tweak.Locator(".output_error")).ToContainTextAsync("of 8 epochs are kept", new() { Timeout = 30_000 });
        await page.Locator("#kernel_indicator_icon.kernel_idle_icon").WaitForAsync();

        await Edit(tweak, source => source
            .Replace("data, plan.Short", "data.WithTraining(1000), plan.Short with { Epochs = 1 }", StringComparison.Ordinal)
            .Replace("Take(5000", "Take(500", StringComparison.Ordinal)
            .Replace("5×5 in layer2.0.conv2", "5×5 in layer3.0.conv2", StringComparison.Ordinal));
        await page.ClickAsync("#celllink");
        await page.ClickAsync("#run_all_cells_below");
        await Assertions.Expect(page.Locator(".cell:has-text('SomeLayersAreTrivial') .output_html").First).ToContainTextAsync("reproduced", new() { Timeout = 240_000 });
        var chart = tweak.Locator(".output_png img").Last;
        Assert.InRange(await chart.EvaluateAsync<double>("picture => picture.naturalWidth / picture.width"), 1.9, 2.1); // drawn for a sharp screen, shown in its intended size
        Assert.Contains("5×5 in layer3.0.conv2", await tweak.EvaluateAsync<string>("cell => JSON.stringify(Jupyter.notebook.toJSON().cells[$('.cell').index(cell)].outputs.map(output => output.data?.['text/plain']))"), StringComparison.Ordinal);
        Assert.Empty(await tweak.Locator(".output_error").AllAsync());
        Assert.All(visit.Requests, url => Assert.StartsWith(server.Root.AbsoluteUri, url.Replace("ws:", "http:", StringComparison.Ordinal), StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("NOTEBOOK_SCREENSHOT") is { Length: > 0 } picture)
        {
            await page.SetViewportSizeAsync(1200, 1240);
            await tweak.EvaluateAsync("cell => cell.scrollIntoView()");
            await page.ScreenshotAsync(new() { Path = picture });
        }
    }

    private static async Task Edit(ILocator cell, Func<string, string> change)
    {
        var source = await cell.EvaluateAsync<string>("cell => cell.querySelector('.CodeMirror').CodeMirror.getValue()");
        var changed = change(source);
        Assert.NotEqual(source, changed);
        await cell.Locator(".CodeMirror").ClickAsync();
        await cell.Page.Keyboard.PressAsync("Control+A");
        await cell.Page.Keyboard.InsertTextAsync(changed);
    }

    /// <summary>One state of a rewritten line, not several one after the other.</summary>
    [GeneratedRegex(@"^[^\r\n]*images/s[^\r\n]*$")]
    private static partial Regex ProgressLine();
}
