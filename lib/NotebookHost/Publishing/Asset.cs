using System.Reflection;
using System.Text;

namespace NotebookHost.Publishing;

/// <summary>The files that pages are made with; they lie inside the program, so that publishing needs nothing else.</summary>
internal static class Asset
{
    /// <summary>The text of the file of that name in the folder <c>Assets</c>, its lines ended by <c>\n</c> as a browser reads (and hashes) them.</summary>
    public static string Text(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new ArgumentException($"There is no asset {name} in this program.", nameof(name));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
