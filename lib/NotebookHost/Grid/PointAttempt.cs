using System.Text.Json;
using NotebookHost.Notebook;

namespace NotebookHost.Grid;

/// <summary>Who runs a point, or ran it when it was stopped or killed: written when a run begins, deleted when it ends with a result.</summary>
/// <param name="Host">The machine.</param>
/// <param name="Process">The process there.</param>
/// <param name="Job">The job of a batch system, or null.</param>
/// <param name="Log">The file that the job writes its output to, as a path from the grid's folder, or null.</param>
/// <param name="Started">When it began, UTC.</param>
/// <param name="SecondsBefore">How long earlier runs took that were stopped, and that this one goes on from.</param>
/// <param name="IsStopped">Whether it was stopped in good order; its time is then in <paramref name="SecondsBefore"/>.</param>
/// <param name="IdleRounds">How many runs in a row the time limit ended before anything was kept.</param>
internal sealed record PointAttempt(string Host, int Process, string? Job, string? Log, DateTime Started, double SecondsBefore = 0, bool IsStopped = false, int IdleRounds = 0)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "attempt.json";

    /// <summary>That of this process, which begins now.</summary>
    /// <param name="job">The batch job that it is, or null.</param>
    public static PointAttempt Here(SlurmJob? job) => new(job?.Host ?? Environment.MachineName, Environment.ProcessId, job?.Id, job?.Log, DateTime.UtcNow);

    /// <summary>Writes the note atomically.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this) + "\n");

    /// <summary>Reads a note, or null when there is none that can be read; it only informs.</summary>
    public static PointAttempt? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<PointAttempt>(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
