using System.Globalization;
using NotebookHost.Notebook;

namespace NotebookHost.Grid;

/// <summary>A job array of a grid, in files of one number: the list of its points, its script, and once Slurm has taken it the job's id.</summary>
/// <param name="list">The file with a point a line, in the order of the tasks.</param>
internal sealed class SlurmArray(string list)
{
    /// <summary>The file with a point a line.</summary>
    public string List => list;

    /// <summary>The file that is submitted.</summary>
    public string Script => Path.ChangeExtension(list, ".sh");

    /// <summary>The ids of its points in the order of its tasks; none where the list cannot be read.</summary>
    public IReadOnlyList<string> Points => [.. Lines(list).Select(line => line.Split(' ')[0])];

    /// <summary>The job's id; null as long as there is none.</summary>
    private long? Job => long.TryParse(Lines(JobFile).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var job) ? job : null;

    private string JobFile => Path.ChangeExtension(list, ".job");

    /// <summary>All arrays that were made for a grid.</summary>
    public static IEnumerable<SlurmArray> Of(GridFolder grid) => Directory.Exists(grid.Jobs) ? Directory.GetFiles(grid.Jobs, "*.points").Select(file => new SlurmArray(file)) : [];

    /// <summary>Point → the task that was submitted for it last, as <c>12_3</c>. Slurm numbers its jobs in the order in which it takes them.</summary>
    public static IReadOnlyDictionary<string, string> LastTasks(GridFolder grid)
    {
        var tasks = new Dictionary<string, string>();
        foreach (var (job, points) in Of(grid).Select(array => (array.Job, array.Points)).Where(array => array.Job is not null).OrderBy(array => array.Job))
        {
            foreach (var (index, point) in points.Index())
                tasks[point] = FormattableString.Invariant($"{job}_{index}");
        }

        return tasks;
    }

    /// <summary>Notes that Slurm took the array.</summary>
    public void Note(string job) => AtomicFile.WriteText(JobFile, job + "\n");

    /// <summary>Deletes what was written for an array that Slurm did not take.</summary>
    public void Delete()
    {
        File.Delete(list);
        File.Delete(Script);
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // it only informs
        }
    }
}
