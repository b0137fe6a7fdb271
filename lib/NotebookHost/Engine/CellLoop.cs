using System.ComponentModel;

namespace NotebookHost.Engine;

/// <summary>What the loops of a cell call once a pass, so that they can be stopped; see <see cref="LoopPasses"/>. Not meant to be called by hand.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CellLoop
{
    /// <summary>Ends the loop when its cell is being stopped.</summary>
    /// <exception cref="OperationCanceledException">The cell is being stopped, and this is one of its threads.</exception>
    public static void Pass() => CellThreads.ThrowIfStopping();
}
