using NotebookHost.Jupyter;
using NotebookHost.Notebook;

namespace NotebookHost.Tests.Jupyter;

public sealed class ConnectionFileTests
{
    private const string Ports = "\"shell_port\": 1, \"iopub_port\": 2, \"stdin_port\": 3, \"control_port\": 4, \"hb_port\": 5";

    [Fact]
    public void A_file_names_ports_and_key_and_the_kernel_listens_on_loopback_unless_told_otherwise()
    {
        var connection = ConnectionFile.Parse($"{{ {Ports}, \"key\": \"k\" }}");
        Assert.Equal("127.0.0.1", connection.Address);
        Assert.Equal("k", connection.Key);
        Assert.Equal(4, connection.Ports[KernelChannel.Control]);
        Assert.Equal("10.0.0.1", ConnectionFile.Parse($"{{ {Ports}, \"ip\": \"10.0.0.1\", \"transport\": \"tcp\", \"signature_scheme\": \"hmac-sha256\" }}").Address);
    }

    [Theory]
    [InlineData("[1]", "a JSON object")]
    [InlineData("{ \"shell_port\": 1 }", "control_port")]
    [InlineData("{ " + Ports + ", \"transport\": \"ipc\" }", "ipc")]
    [InlineData("{ " + Ports + ", \"signature_scheme\": \"hmac-md5\" }", "hmac-md5")]
    [InlineData("{ " + Ports + ", \"key\": 5 }", "key")]
    public void Anything_else_is_refused_by_name(string json, string named) =>
        Assert.Contains(named, Assert.Throws<NotebookFormatException>(() => ConnectionFile.Parse(json)).Message);

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("nowhere.json", Assert.Throws<KernelException>(() => ConnectionFile.Load("/nowhere.json")).Message);
}
