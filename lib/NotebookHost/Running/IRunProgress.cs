namespace NotebookHost.Running;

/// <summary>Hears how far the run of one notebook is. Calls come one at a time.</summary>
internal interface IRunProgress
{
    /// <summary>The run begins.</summary>
    /// <param name="cells">How many cells there are to run.</param>
    void Begin(int cells);

    /// <summary>The cell of that number, counted from 1, begins.</summary>
    void CellBegins(int number);

    /// <summary>The line of text that the running cell is writing; empty when there is none.</summary>
    void Live(string line);

    /// <summary>The cell has ended, well or not.</summary>
    void CellEnds(int number);

    /// <summary>The run has ended.</summary>
    void End(NotebookOutcome outcome, TimeSpan duration);
}
