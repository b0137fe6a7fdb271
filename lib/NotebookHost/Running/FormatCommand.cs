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
            "Rewrites notebooks the way VS Code and Jupyter save them, so that a later edit changes only the lines it touches. Runs nothing; code, text and outputs stay as they are. "
            + "Exit codes: 0 when all files are in that form, 2 when a file cannot be rewritten; the others still are.")
        {
            files,
        };
        command.SetAction(parsed => Format(parsed.GetValue(files)!));
        return command;
    }

    private static int Format(string[] filesOrFolders)
    {
        var failed = false;
        try
        {
            foreach (var file in NotebookFiles.Find(filesOrFolders))
                failed |= !TryRewrite(file);
        }
        catch (Exception e) when (e is RunException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return RunCommand.BadRequest;
        }

        return failed ? RunCommand.BadRequest : RunCommand.Succeeded;
    }

    private static bool TryRewrite(string file)
    {
        try
        {
            var text = NotebookDocument.Load(file).ToLaidOutText();
            if (text != File.ReadAllText(file))
            {
                AtomicFile.WriteText(RealPath.Of(file), text);
                Console.WriteLine($"Rewritten: {Path.GetFileName(file)}");
            }

            return true;
        }
        catch (Exception e) when (e is NotebookFormatException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return false;
        }
    }
}
