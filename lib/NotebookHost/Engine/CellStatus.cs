namespace NotebookHost.Engine;

/// <summary>How a cell ended.</summary>
internal enum CellStatus
{
    /// <summary>The cell ran to its end.</summary>
    Succeeded,

    /// <summary>Nothing ran: the code has errors.</summary>
    DidNotCompile,

    /// <summary>The cell ended with an exception; what it assigned before stays.</summary>
    Threw,

    /// <summary>The cell ended because its cancellation token asked it to.</summary>
    Interrupted,
}
