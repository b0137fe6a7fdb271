using System.Diagnostics;

namespace NotebookHost.Tests.Notebook;

/// <summary>Jupyter's own reader, writer and validator of notebooks: Python's <c>nbformat</c>.</summary>
internal static class PythonNbformat
{
    private const string Python = "/usr/bin/python3";
    private static readonly Lazy<bool> There = new(() => File.Exists(Python) && Run("import nbformat").ExitCode == 0);

    public static bool IsThere => There.Value;

    /// <summary>What it has against the file; empty when nothing.</summary>
    public static string Validate(string path) =>
        Run("import sys, warnings, nbformat; warnings.simplefilter('error'); nbformat.validate(nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT))", path).Error;

    /// <summary>The text it writes for what it reads from the file.</summary>
    public static string Rewrite(string path) =>
        Run("import sys, nbformat; sys.stdout.reconfigure(encoding='utf-8', newline=''); nbformat.write(nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT), sys.stdout)", path).Output;

    /// <summary>The text it writes when one text within the sources of cells was replaced with another.</summary>
    public static string Edit(string path, string old, string @new) => Run(
        "import sys, nbformat; sys.stdout.reconfigure(encoding='utf-8', newline=''); n = nbformat.read(sys.argv[1], as_version=nbformat.NO_CONVERT)\n"
        + "for c in n.cells: c.source = c.source.replace(sys.argv[2], sys.argv[3])\n"
        + "nbformat.write(n, sys.stdout)", path, old, @new).Output;

    private static (int ExitCode, string Output, string Error) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(Python, ["-c", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
