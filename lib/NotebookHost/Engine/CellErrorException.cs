namespace NotebookHost.Engine;

/// <summary>A cell does not compile.</summary>
internal sealed class CellErrorException(IReadOnlyList<string> lines) : Exception(lines[0])
{
    /// <summary>The errors as a reader sees them; the first line names the first error.</summary>
    public IReadOnlyList<string> Lines => lines;
}
