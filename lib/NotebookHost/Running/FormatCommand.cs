using System.CommandLine;
using NotebookHost.Notebook;

namespace NotebookHost.Running;

/// <summary>The command <c>format</c>.</summary>
internal static class FormatCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("notebooks") { Description = "Notebooks (.ipynb), or folders whose notebooks are rewritten by name.", Arity = ArgumentArity.OneOrMore };
        var command = new Command(
            "format",
            "Rewrites notebooks the way VS Code and Jupyter save them, so that a later edit shows as that edit alone. Nothing is run; code, text and outputs stay. "
            + "Ends with 0 when all are in that form, 2 when a file is not a notebook.")
        {
            files,
        };
        command.SetAction(parsed => Format(parsed.GetValue(files)!));
        return command;
    }

    private static int Format(string[] filesOrFolders)
    {
        try
        {
            var read = NotebookFiles.Find(filesOrFolders).Select(file => (File: file, Old: File.ReadAllText(file), New: NotebookDocument.Load(file).ToLaidOutText())).ToList();
            foreach (var (file, _, text) in read.Where(notebook => notebook.Old != notebook.New))
            {
                AtomicFile.WriteText(RealPath.Of(file), text);
                Console.WriteLine($"Rewritten: {Path.GetFileName(file)}");
            }

            return RunCommand.Succeeded;
        }
        catch (Exception e) when (e is RunException or NotebookFormatException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return RunCommand.BadRequest;
        }
    }
}
