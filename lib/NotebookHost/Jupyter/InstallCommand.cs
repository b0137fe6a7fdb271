using System.CommandLine;

namespace NotebookHost.Jupyter;

/// <summary>The command <c>install</c>.</summary>
internal static class InstallCommand
{
    private const int BadRequest = 2;

    public static Command Create()
    {
        var prefix = new Option<string?>("--prefix") { Description = "Register in the folder share/jupyter below this one. Default: for the current user only.", HelpName = "DIR" };
        var name = new Option<string?>("--name") { Description = $"The kernel's name. Default: {KernelSpec.NotebooksName}, which C# notebooks name.", HelpName = "NAME" };
        var command = new Command("install", "Registers this host as a kernel of Jupyter and VS Code. Never overwrites a kernel that this host did not install.") { prefix, name };
        command.SetAction(parsed => Install(parsed.GetValue(prefix), parsed.GetValue(name)));
        return command;
    }

    private static int Install(string? prefix, string? name)
    {
        try
        {
            var folder = KernelSpec.Install(prefix, name);
            Console.WriteLine($"Kernel: {folder}");
            var chosen = Path.GetFileName(folder);
            if (name is null && chosen != KernelSpec.NotebooksName)
                Console.WriteLine($"{KernelSpec.NotebooksName} belongs to another program and was left unchanged. In a notebook choose the kernel '{KernelSpec.DisplayName(chosen)}' (menu Kernel, Change kernel; in VS Code, Select Kernel).");
            return 0;
        }
        catch (Exception e) when (e is KernelException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return BadRequest;
        }
    }
}
