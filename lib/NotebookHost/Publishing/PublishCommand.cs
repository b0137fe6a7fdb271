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
        var timeout = new Option<double>("--timeout")
        {
            Description = "Give up a page that takes longer to make. Default: 60.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => TimeLimit.OfPage.TotalSeconds,
        };
        var command = new Command(
            "publish",
            "Makes web pages of executed notebooks, as 'run' does, without running them. The notebooks are not changed. "
            + "Ends with 0 when the pages are written, 1 when one is missing, 2 when none could be, 130 when stopped by Ctrl+C.")
        {
            files, output, timeout,
        };
        command.SetAction(async (parsed, interrupt) =>
        {
            try
            {
                // What does not end by itself is left behind when the program ends.
                var publishing = Task.Run(() => Publish(parsed.GetValue(files)!, parsed.GetValue(output)!, parsed.GetValue(timeout)), CancellationToken.None);
                return await publishing.WaitAsync(interrupt).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return RunCommand.Stopped;
            }
        });
        return command;
    }

    private static int Publish(string[] filesOrFolders, string folder, double seconds)
    {
        try
        {
            if (seconds is not (> 0 and <= int.MaxValue / 1000))
                throw new RunException(FormattableString.Invariant($"--timeout {seconds} is not a number of seconds above zero (and below 25 days)."));
            var files = NotebookFiles.Find(filesOrFolders);
            var site = new NotebookSite(folder, files.Select(file => Path.GetFileNameWithoutExtension(file)));
            var read = files.Select(file => (File: file, Document: Read(file, out var error), Error: error)).ToList();
            foreach (var (_, _, error) in read.Where(notebook => notebook.Document is null))
                Console.Error.WriteLine(error);
            if (read.All(notebook => notebook.Document is null))
                return RunCommand.BadRequest;
            site.WriteIndex();
            var missing = read.Count(notebook => !Write(site, notebook.File, notebook.Document, notebook.Error, TimeSpan.FromSeconds(seconds)));
            Console.WriteLine($"Reports: {site.Index}");
            return missing == 0 ? RunCommand.Succeeded : RunCommand.NotebookFailed;
        }
        catch (Exception e) when (e is RunException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return RunCommand.BadRequest;
        }
    }

    private static NotebookDocument? Read(string file, out string error)
    {
        error = "";
        try
        {
            return NotebookDocument.Load(file);
        }
        catch (Exception e) when (e is NotebookFormatException or IOException or UnauthorizedAccessException)
        {
            error = e.Message;
            return null;
        }
    }

    /// <summary>Whether the page is there.</summary>
    private static bool Write(NotebookSite site, string file, NotebookDocument? document, string error, TimeSpan limit)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        if (document is null)
        {
            site.Leave(name, new NotebookDocument(), error.Replace(file, Path.GetFileName(file), StringComparison.Ordinal).TrimEnd('.'));
            return false;
        }

        if (site.Write(name, document, Path.GetDirectoryName(RealPath.Of(file)), limit) is not { } reason)
            return true;
        Console.Error.WriteLine($"{Path.GetFileName(file)}: {reason}.");
        return false;
    }
}
