using NotebookHost.Running;

namespace NotebookHost.Grid;

/// <summary>Hears how far a grid is. Calls may come from several threads.</summary>
internal interface IGridProgress
{
    /// <summary>The display of a point that is about to be run.</summary>
    IRunProgress Of(GridPoint point);

    /// <summary>Another process runs the point; it is looked at again later.</summary>
    void Elsewhere(GridPoint point);

    /// <summary>The point's run has ended, here or elsewhere, or was stopped.</summary>
    void Ended(PointState state);
}
