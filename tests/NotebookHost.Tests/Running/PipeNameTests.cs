using System.IO.Pipes;
using NotebookHost.Running;

namespace NotebookHost.Tests.Running;

/// <summary>The pipe between a grid's process and those of its notebooks, on nodes whose folder for temporary files has a long path.</summary>
public sealed class PipeNameTests
{
    public PipeNameTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes have no path there.");

    [Theory]
    [InlineData(48, false)]
    [InlineData(49, true)]
    [InlineData(300, true)]
    public void Only_where_the_path_would_be_too_long_for_a_socket_the_pipe_lies_elsewhere(int length, bool isElsewhere)
    {
        using var name = PipeName.Unique("/" + new string('t', length - 1));
        Assert.Equal(isElsewhere, name.Text.StartsWith("/tmp/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pipe_elsewhere_connects_in_a_folder_of_this_user_alone_which_goes_with_it()
    {
        using var name = PipeName.Unique("/" + new string('t', 300));
        var folder = Path.GetDirectoryName(name.Text)!;
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        await using (var server = new NamedPipeServerStream(name.Text, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly))
        {
            await using var client = new NamedPipeClientStream(".", name.Text, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            await Task.WhenAll(server.WaitForConnectionAsync(TestContext.Current.CancellationToken), client.ConnectAsync(TestContext.Current.CancellationToken));
        }

        name.Dispose();
        Assert.False(Directory.Exists(folder));
    }
}
