using System.Text;

namespace TrivialLayers.Tests;

/// <summary>Text as a terminal shows it: a carriage return goes back to the start of the line, and what follows overwrites.</summary>
internal sealed class WrittenLines : StringWriter
{
    /// <summary>How often something was written, ends of lines not counted.</summary>
    public int Writes { get; private set; }

    public string[] Shown => [.. ToString().Split('\n').Select(Show)];

    public override void Write(string? value)
    {
        Writes++;
        base.Write(value);
    }

    public override void WriteLine() => base.Write('\n');

    private static string Show(string line)
    {
        var shown = new StringBuilder();
        foreach (var state in line.Split('\r'))
            shown.Remove(0, Math.Min(state.Length, shown.Length)).Insert(0, state);
        return shown.ToString().TrimEnd();
    }
}
