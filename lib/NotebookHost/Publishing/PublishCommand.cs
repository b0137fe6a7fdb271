using System.CommandLine;
using NotebookHost.Notebook;
using NotebookHost.Running;

namespace NotebookHost.Publishing;

/// <summary>The command <c>publish</c>.</summary>
internal static class PublishCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("notebooks") { Description = "Executed notebooks (.ipynb), or folders whose notebooks are published by name.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--out") { Description = $"Folder for the pages. Default: {RunCommand.DefaultOut}.", HelpName = "DIR", DefaultValueFactory = _ => RunCommand.DefaultOut };
        var command = new Command("publish", "Makes web pages of executed notebooks, as 'run' does, without running them. The notebooks are not changed. Ends with 0 when the pages are written, 2 when nothing could be.") { files, output };
        command.SetAction(parsed => Publish(parsed.GetValue(files)!, parsed.GetValue(output)!));
        return command;
    }

    private static int Publish(string[] filesOrFolders, string folder)
    {
        try
        {
            var notebooks = NotebookFiles.Find(filesOrFolders).Select(path => (Name: Path.GetFileNameWithoutExtension(path), Document: NotebookDocument.Load(path))).ToList();
            var site = new NotebookSite(folder, notebooks.Select(notebook => notebook.Name));
            Directory.CreateDirectory(folder);
            foreach (var (name, document) in notebooks)
                site.Write(name, document);
            site.WriteIndex();
            Console.WriteLine($"Reports: {site.Index}");
            return RunCommand.Succeeded;
        }
        catch (Exception e) when (e is RunException or NotebookFormatException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return RunCommand.BadRequest;
        }
    }
}
