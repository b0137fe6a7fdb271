using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookHost.Engine;

/// <summary>What every cell can call by its bare name. The names and their spelling are .NET Interactive's, so that a notebook runs in both hosts.</summary>
public static class CellFunctions
{
    private static readonly AsyncLocal<CSharpEngine?> Ambient = new();
    private static CSharpEngine? s_latest;

    [ThreadStatic]
    private static bool t_hidesAnswer;

    /// <summary>Shows a value below the cell, formatted as its type prefers.</summary>
    /// <param name="value">Any value; <c>null</c> shows as <c>&lt;null&gt;</c>.</param>
    /// <param name="mimeTypes">The MIME types to format it as, instead of the preferred ones.</param>
    /// <returns>A handle that replaces what is shown.</returns>
    /// <exception cref="InvalidOperationException">No cell has run in this process.</exception>
    public static DisplayedValue display(object? value, params string[] mimeTypes) => DisplayedValue.Show(Engine, value, mimeTypes);

    /// <summary>Marks a text as HTML, to be shown as it is.</summary>
    /// <param name="content">HTML that the caller answers for; nothing in it is escaped.</param>
    public static IHtmlContent HTML(string content) => new HtmlString(content);

    /// <summary>Gives a script to the reader of the notebook to run.</summary>
    /// <param name="scriptContent">The script.</param>
    /// <exception cref="InvalidOperationException">No cell has run in this process.</exception>
    public static void Javascript(string scriptContent) => display(new JavaScript(scriptContent));

    /// <summary>Gives a style sheet to the reader of the notebook.</summary>
    /// <param name="content">The rules.</param>
    /// <exception cref="InvalidOperationException">No cell has run in this process.</exception>
    public static void CSS(string content) => display(HTML($"<style>{content}</style>"));

    /// <summary>Asks the user for a line of text.</summary>
    /// <param name="prompt">What to ask.</param>
    /// <param name="typeHint">Taken for .NET Interactive's sake; every answer is a line.</param>
    /// <returns>The answer; empty where nobody can be asked.</returns>
    public static Task<string> GetInputAsync(string prompt = "", string typeHint = "text") => Task.FromResult(Ask(prompt));

    /// <summary>Asks the user for a line of text that editors do not show while it is typed.</summary>
    /// <param name="prompt">What to ask.</param>
    /// <returns>The answer; empty where nobody can be asked.</returns>
    public static Task<PasswordString> GetPasswordAsync(string prompt = "")
    {
        t_hidesAnswer = true;
        try
        {
            return Task.FromResult(new PasswordString(Ask(prompt)));
        }
        finally
        {
            t_hidesAnswer = false;
        }
    }

    /// <summary>Removes what the cell has shown so far. The name is IPython's: .NET Interactive has none.</summary>
    /// <param name="wait">Remove it only when the next output comes, so that nothing flickers.</param>
    /// <exception cref="InvalidOperationException">No cell has run in this process.</exception>
    public static void clear_output(bool wait = false) => Engine.Emit(new OutputCleared(wait));

    /// <summary>Whether the line that this thread reads of the console is not to be shown while the user types it.</summary>
    internal static bool HidesAnswer => t_hidesAnswer;

    /// <summary>The engine that runs the calling cell; for threads without that context, the one that ran a cell last.</summary>
    private static CSharpEngine Engine => Ambient.Value ?? s_latest ?? throw new InvalidOperationException("display and clear_output work in the cells of a notebook; no notebook is running in this process.");

    internal static DisplayedValue ShowAs(string content, string mimeType) => DisplayedValue.ShowAs(Engine, content, mimeType);

    internal static void Enter(CSharpEngine engine) => Ambient.Value = s_latest = engine;

    private static string Ask(string prompt)
    {
        Console.Write(prompt);
        return Console.ReadLine() ?? "";
    }
}
