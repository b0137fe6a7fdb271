using System.ComponentModel;
using Microsoft.AspNetCore.Html;
using NotebookHost.Engine;

namespace Microsoft.DotNet.Interactive;

/// <summary>The functions of cells under the name that .NET Interactive's notebooks call them by. A cell needs <c>using Microsoft.DotNet.Interactive;</c>, as there.</summary>
public static class Kernel
{
    internal const string WhatIsThere =
        "This host runs the cells of one C# notebook and has no other kernels. Of .NET Interactive's Kernel it has display, HTML, Javascript, CSS, GetInputAsync and GetPasswordAsync.";

    /// <summary>Not here: a cell that names it does not compile, and the error says what there is.</summary>
    [Obsolete(WhatIsThere, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static dynamic? Root => null;

    /// <summary>Not here, as <c>Root</c>.</summary>
    [Obsolete(WhatIsThere, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static dynamic? Current => null;

    /// <summary>Shows a value below the cell, formatted as its type prefers.</summary>
    /// <param name="value">Any value; <c>null</c> shows as <c>&lt;null&gt;</c>.</param>
    /// <param name="mimeTypes">The MIME types to format it as, instead of the preferred ones.</param>
    /// <returns>A handle that replaces what is shown.</returns>
    /// <exception cref="InvalidOperationException">No cell has run in this process.</exception>
    public static DisplayedValue display(object? value, params string[] mimeTypes) => CellFunctions.display(value, mimeTypes);

    /// <summary>Marks a text as HTML, to be shown as it is.</summary>
    /// <param name="content">HTML that the caller answers for; nothing in it is escaped.</param>
    public static IHtmlContent HTML(string content) => CellFunctions.HTML(content);

    /// <summary>Gives a script to the reader of the notebook to run.</summary>
    /// <param name="scriptContent">The script.</param>
    /// <exception cref="InvalidOperationException">No cell has run in this process.</exception>
    public static void Javascript(string scriptContent) => CellFunctions.Javascript(scriptContent);

    /// <summary>Gives a style sheet to the reader of the notebook.</summary>
    /// <param name="content">The rules.</param>
    /// <exception cref="InvalidOperationException">No cell has run in this process.</exception>
    public static void CSS(string content) => CellFunctions.CSS(content);

    /// <summary>Asks the user for a line of text.</summary>
    /// <param name="prompt">What to ask.</param>
    /// <param name="typeHint">Taken for .NET Interactive's sake; every answer is a line.</param>
    /// <returns>The answer; empty where nobody can be asked.</returns>
    public static Task<string> GetInputAsync(string prompt = "", string typeHint = "text") => CellFunctions.GetInputAsync(prompt, typeHint);

    /// <summary>Asks the user for a line of text that editors do not show while it is typed.</summary>
    /// <param name="prompt">What to ask.</param>
    /// <returns>The answer; empty where nobody can be asked.</returns>
    public static Task<PasswordString> GetPasswordAsync(string prompt = "") => CellFunctions.GetPasswordAsync(prompt);
}
