using System.ComponentModel;
using Microsoft.AspNetCore.Html;
using NotebookHost.Engine;

namespace Microsoft.DotNet.Interactive;

/// <summary>The functions of cells under the name that .NET Interactive's notebooks call them by. A cell needs <c>using Microsoft.DotNet.Interactive;</c>, as there.</summary>
public static class Kernel
{
    internal const string WhatIsThere =
        "This host runs the cells of one C# notebook and has no other kernels. Of .NET Interactive's Kernel it has display, HTML, Javascript, CSS, GetInputAsync and GetPasswordAsync.";

    /// <summary>Not available: a cell that names it does not compile, and the error says what there is.</summary>
    [Obsolete(WhatIsThere, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static dynamic? Root => null;

    /// <summary>Not available, like <c>Root</c>.</summary>
    [Obsolete(WhatIsThere, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static dynamic? Current => null;

    /// <inheritdoc cref="CellFunctions.display"/>
    public static DisplayedValue display(object? value, params string[] mimeTypes) => CellFunctions.display(value, mimeTypes);

    /// <inheritdoc cref="CellFunctions.HTML"/>
    public static IHtmlContent HTML(string content) => CellFunctions.HTML(content);

    /// <inheritdoc cref="CellFunctions.Javascript"/>
    public static void Javascript(string scriptContent) => CellFunctions.Javascript(scriptContent);

    /// <inheritdoc cref="CellFunctions.CSS"/>
    public static void CSS(string content) => CellFunctions.CSS(content);

    /// <inheritdoc cref="CellFunctions.GetInputAsync"/>
    public static Task<string> GetInputAsync(string prompt = "", string typeHint = "text") => CellFunctions.GetInputAsync(prompt, typeHint);

    /// <inheritdoc cref="CellFunctions.GetPasswordAsync"/>
    public static Task<PasswordString> GetPasswordAsync(string prompt = "") => CellFunctions.GetPasswordAsync(prompt);
}
