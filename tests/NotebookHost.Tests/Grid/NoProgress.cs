using NotebookHost.Grid;
using NotebookHost.Running;

namespace NotebookHost.Tests.Grid;

/// <summary>Shows nothing.</summary>
internal sealed class NoProgress : IGridProgress, IRunProgress
{
    public IRunProgress Of(GridPoint point) => this;

    public void Elsewhere(GridPoint point)
    {
    }

    public void Ended(PointState state)
    {
    }

    public void Begin(int cells)
    {
    }

    public void CellBegins(int number)
    {
    }

    public void Live(string line)
    {
    }

    public void CellEnds(int number)
    {
    }

    public void End(NotebookOutcome outcome, TimeSpan duration)
    {
    }
}
