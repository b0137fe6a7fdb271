using Microsoft.DotNet.Interactive.Formatting.TabularData;

namespace NotebookHost.Engine;

/// <summary>What every cell can call on any value. The names are .NET Interactive's.</summary>
public static class DisplayExtensions
{
    /// <summary>Shows a value below the cell, formatted as its type prefers.</summary>
    /// <param name="value">Any value.</param>
    /// <param name="mimeTypes">The MIME types to format it as, instead of the preferred ones.</param>
    /// <returns>A handle that replaces what is shown.</returns>
    /// <exception cref="InvalidOperationException">No cell has run in this process.</exception>
    public static DisplayedValue Display(this object? value, params string[] mimeTypes) => CellFunctions.display(value, mimeTypes);

    /// <summary>Shows a text as content of that MIME type, as it is.</summary>
    /// <param name="value">The content.</param>
    /// <param name="mimeType">For example <c>text/html</c>.</param>
    /// <returns>A handle that replaces what is shown.</returns>
    /// <exception cref="InvalidOperationException">No cell has run in this process.</exception>
    public static DisplayedValue DisplayAs(this string value, string mimeType) => CellFunctions.ShowAs(value, mimeType);

    /// <summary>Shows a sequence as a table: a row for each item, a column for each of its properties.</summary>
    /// <typeparam name="T">The items' type.</typeparam>
    /// <param name="values">The items.</param>
    /// <param name="mimeTypes">The MIME types to format it as, instead of the preferred ones.</param>
    /// <returns>A handle that replaces what is shown.</returns>
    /// <exception cref="InvalidOperationException">No cell has run in this process.</exception>
    public static DisplayedValue DisplayTable<T>(this IEnumerable<T> values, params string[] mimeTypes) =>
        CellFunctions.display(values.ToTabularDataResource(), mimeTypes);
}
