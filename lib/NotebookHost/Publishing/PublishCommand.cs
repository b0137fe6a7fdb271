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
            Description = "Give up on a page that takes longer than this many seconds to make. Default: 60.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => TimeLimit.OfPage.TotalSeconds,
        };
        var command = new Command(
            "publish",
            "Makes web pages from executed notebooks, as 'run' does, without running them. The notebooks are not changed. "
            + "Exit codes: 0 when all pages are written, 1 when one is missing, 2 when none could be written, 130 when stopped by Ctrl+C.")
        {
            files, output, timeout,
        };
        command.SetAction(async (parsed, interrupt) =>
        {
            var publishing = Task.Run(() => Publish(parsed.GetValue(files)!, parsed.GetValue(output)!, parsed.GetValue(timeout), interrupt), CancellationToken.None);
            try
            {
                return await publishing.WaitAsync(interrupt).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // A page that was being made is left behind when the program ends, and so is reading that does not come to an end.
                await Task.WhenAny(publishing, Task.Delay(TimeLimit.AfterInterrupt, CancellationToken.None)).ConfigureAwait(false);
                return RunCommand.Stopped;
            }
        });
        return command;
    }

    private static int Publish(string[] filesOrFolders, string folder, double seconds, CancellationToken interrupt)
    {
        try
        {
            if (seconds is not (> 0 and <= int.MaxValue / 1000))
                throw new RunException(FormattableString.Invariant($"--timeout must be a number of seconds above 0 and below 25 days; got {seconds}."));
            var files = NotebookFiles.Find(filesOrFolders);
            var site = new NotebookSite(folder, files.Select(file => Path.GetFileNameWithoutExtension(file)));
            var read = files.Select(file => new Entry(file, Read(file, out var error), error)).ToList();
            foreach (var notebook in read.Where(notebook => notebook.Document is null))
                Console.Error.WriteLine(notebook.Error);
            if (read.TrueForAll(notebook => notebook.Document is null))
                return RunCommand.BadRequest;
            site.WriteIndex();
            return Write(site, read, TimeSpan.FromSeconds(seconds), interrupt);
        }
        catch (Exception e) when (e is RunException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return RunCommand.BadRequest;
        }
    }

    /// <summary>Writes all pages. After an interrupt those that are missing stand in the index with the reason, so that it does not wait for them.</summary>
    private static int Write(NotebookSite site, List<Entry> notebooks, TimeSpan limit, CancellationToken interrupt)
    {
        var (written, missing) = (0, 0);
        foreach (var notebook in notebooks)
        {
            try
            {
                interrupt.ThrowIfCancellationRequested();
                if (Write(site, notebook, limit, interrupt))
                    written++;
                else
                    missing++;
            }
            catch (OperationCanceledException)
            {
                site.Leave(notebook.Name, notebook.Name, "publishing was stopped before its page was written");
            }
        }

        if (interrupt.IsCancellationRequested)
            Console.Error.WriteLine($"Stopped: {written} of {notebooks.Count} pages were written.");
        Console.WriteLine($"Reports: {site.Index}");
        return interrupt.IsCancellationRequested ? RunCommand.Stopped : missing == 0 ? RunCommand.Succeeded : RunCommand.NotebookFailed;
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
    private static bool Write(NotebookSite site, Entry notebook, TimeSpan limit, CancellationToken interrupt)
    {
        if (notebook.Document is null)
        {
            site.Leave(notebook.Name, notebook.Name, notebook.Error.Replace(notebook.File, Path.GetFileName(notebook.File), StringComparison.Ordinal).TrimEnd('.'));
            return false;
        }

        if (site.Write(notebook.Name, notebook.Document, Path.GetDirectoryName(RealPath.Of(notebook.File)), limit, interrupt) is not { } reason)
            return true;
        Console.Error.WriteLine($"{Path.GetFileName(notebook.File)}: {reason}.");
        return false;
    }

    private sealed record Entry(string File, NotebookDocument? Document, string Error)
    {
        public string Name => Path.GetFileNameWithoutExtension(File);
    }
}
