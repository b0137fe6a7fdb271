using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using NetMQ;
using NetMQ.Sockets;
using NotebookHost.Jupyter;

namespace NotebookHost.Tests.Jupyter;

/// <summary>The kernel as front ends know it. The tests of this class share one.</summary>
[Trait("Category", "Slow")]
public sealed class KernelTests(KernelClient kernel) : IClassFixture<KernelClient>
{
    [Fact]
    public void It_says_what_it_speaks()
    {
        var info = kernel.Ask("kernel_info_request", []).Reply;
        Assert.Equal("5.3", (string?)info["protocol_version"]);
        Assert.Equal("C#", (string?)info["language_info"]!["name"]);
    }

    [Fact]
    public void It_sends_heartbeats_back()
    {
        using var heart = new RequestSocket(kernel.Address("hb_port"));
        heart.SendFrame("ping");
        Assert.True(heart.TryReceiveFrameString(TimeSpan.FromSeconds(20), out var echo));
        Assert.Equal("ping", echo);
    }

    [Fact]
    public void A_cell_is_announced_shown_and_answered_in_order()
    {
        var answer = kernel.Execute("Console.Write(1); Console.Error.Write(2); var shown = display(3); shown.Update(4); clear_output(wait: true); 5");
        Assert.Equal(["status", "execute_input", "stream", "stream", "display_data", "update_display_data", "clear_output", "execute_result", "status"], answer.Types);
        Assert.Equal("5", answer.Result);
        var (first, second) = (answer.Contents("display_data").Single(), answer.Contents("update_display_data").Single());
        Assert.Equal((string?)first["transient"]!["display_id"], (string?)second["transient"]!["display_id"]);
        Assert.Equal("4", (string?)second["data"]!["text/plain"]);
        Assert.Equal((int)answer.Reply["execution_count"]!, (int)answer.Contents("execute_result").Single()["execution_count"]!);
    }

    [Fact]
    public void An_error_points_into_the_cell()
    {
        var answer = kernel.Execute("1 +\nunknown");
        Assert.Equal("error", answer.Status);
        Assert.Contains("(2,1): error CS0103", answer.Contents("error").Single()["traceback"]!.ToJsonString());
        Assert.Equal("CompilationError", (string?)answer.Reply["ename"]);
    }

    [Fact]
    public void A_silent_cell_says_nothing_and_is_not_counted()
    {
        var before = (int)kernel.Execute("0").Reply["execution_count"]!;
        var silent = kernel.Ask("execute_request", new JsonObject { ["code"] = "var quiet = 7; Console.Write(1); quiet", ["silent"] = true });
        Assert.Equal(["status", "status"], silent.Types);
        var unstored = kernel.Ask("execute_request", new JsonObject { ["code"] = "quiet", ["store_history"] = false });
        Assert.Equal("7", unstored.Result);
        Assert.Equal(before + 1, (int)kernel.Execute("0").Reply["execution_count"]!);
    }

    [Fact]
    public void Expressions_of_the_front_end_are_evaluated_after_the_cell()
    {
        var answer = kernel.Ask("execute_request", new JsonObject { ["code"] = "var asked = 20;", ["user_expressions"] = new JsonObject { ["good"] = "asked + 1", ["bad"] = "nothing" } });
        Assert.Equal("21", (string?)answer.Reply["user_expressions"]!["good"]!["data"]!["text/plain"]);
        Assert.Equal("error", (string?)answer.Reply["user_expressions"]!["bad"]!["status"]);
    }

    [Fact]
    public void Cells_sent_together_end_with_the_first_that_fails_unless_the_front_end_says_otherwise()
    {
        string[] Together(bool stop)
        {
            var ids = new[] { "System.Threading.Thread.Sleep(300); throw new Exception();", "1" }
                .Select(code => kernel.Send("execute_request", new JsonObject { ["code"] = code, ["stop_on_error"] = stop })).ToList();
            return [.. ids.Select(id => (string)kernel.Reply(id)["status"]!)];
        }

        Assert.Equal(["error", "aborted"], Together(stop: true));
        Assert.Equal(["error", "ok"], Together(stop: false));
        Assert.Equal("ok", kernel.Execute("1").Status);
    }

    [Fact]
    public void A_line_of_input_is_asked_of_the_user()
    {
        var answer = kernel.Execute("Console.Write(\"Name? \"); var name = Console.ReadLine(); name + \"!\"", message =>
        {
            if (message.Type == "stream")
                Assert.False((bool)kernel.AnswerQuestion(message, "Ann")["password"]!);
        });
        Assert.Equal("Ann!", answer.Result);
    }

    [Fact]
    public void A_password_is_asked_of_the_user_without_being_shown()
    {
        var answer = kernel.Execute("var password = await Microsoft.DotNet.Interactive.Kernel.GetPasswordAsync(\"Password? \"); var line = Console.ReadLine(); password.GetClearTextPassword() + line", message =>
        {
            if (message.Type != "stream")
                return;
            Assert.True((bool)kernel.AnswerQuestion(message, "secret")["password"]!);
            Assert.False((bool)kernel.AnswerQuestion(message, "!")["password"]!);
        });
        Assert.Equal("secret!", answer.Result);
    }

    [Fact]
    public void Where_nobody_can_be_asked_the_input_is_at_its_end() =>
        Assert.Equal("True", kernel.Ask("execute_request", new JsonObject { ["code"] = "Console.ReadLine() is null", ["allow_stdin"] = false }).Result);

    [Theory]
    [InlineData("while (true) { }")]
    [InlineData("System.Threading.Thread.Sleep(-1);")]
    [InlineData("await Task.Delay(-1);")]
    [InlineData("await Task.Delay(1); while (true) { }")]
    [InlineData("await Task.Delay(1); while (true) { Math.Max(1, Environment.TickCount); }")]
    [InlineData("while (true) { Console.WriteLine(1); Console.Error.WriteLine(2); }")]
    [InlineData("Console.ReadLine();")]
    public void An_interrupted_cell_ends_and_all_variables_live_on(string endless)
    {
        kernel.Execute("var kept = 1;");
        var interrupted = false;
        var answer = kernel.Execute($"kept = 2; Console.Write('>'); {endless}", message =>
        {
            if (message.Type == "stream" && !interrupted)
                kernel.InterruptTwice();
            interrupted |= message.Type == "stream";
        });
        Assert.Equal("error", answer.Status);
        Assert.Equal("2", kernel.Execute("Console.Write(0); kept").Result);
    }

    [Fact]
    public void A_cell_that_looks_at_its_token_ends_by_itself_with_what_it_has_to_save()
    {
        var answer = kernel.Execute(
            """
            var token = (System.Threading.CancellationToken)AppContext.GetData("Notebook.CancellationToken");
            var saved = 0;
            Console.Write('>');
            while (true)
            {
                System.Threading.Thread.Sleep(1500); // a batch
                if (token.IsCancellationRequested) { saved = 1; token.ThrowIfCancellationRequested(); }
            }
            """,
            message =>
            {
                if (message.Type == "stream")
                    kernel.Reply(kernel.Send("interrupt_request", [], control: true), control: true);
            });
        Assert.Equal("System.OperationCanceledException", (string?)answer.Reply["ename"]);
        Assert.Equal("1", kernel.Execute("saved").Result);
    }

    [Fact]
    public void Names_are_completed_and_explained_with_their_summary()
    {
        kernel.Execute("/// <summary>Doubles.</summary>\nint Double(int n) => 2 * n;");
        var completed = kernel.Ask("complete_request", new JsonObject { ["code"] = "\"😀\"; Doub", ["cursor_pos"] = 9 }).Reply;
        Assert.Equal((5, 9), ((int)completed["cursor_start"]!, (int)completed["cursor_end"]!));
        Assert.Contains("Double", completed["matches"]!.AsArray().Select(match => (string?)match));

        var explained = kernel.Ask("inspect_request", new JsonObject { ["code"] = "Double(3)", ["cursor_pos"] = 2, ["detail_level"] = 0 }).Reply;
        Assert.True((bool)explained["found"]!);
        Assert.Contains("int Double(int n)", (string?)explained["data"]!["text/plain"]);
        Assert.Contains("Doubles.", (string?)explained["data"]!["text/plain"]);

        var page = kernel.Execute("Double?").Reply["payload"]![0]!;
        Assert.Contains("Doubles.", (string?)page["data"]!["text/plain"]);
    }

    [Fact]
    public void A_message_with_a_bad_signature_is_dropped_and_logged_and_never_executed()
    {
        kernel.Execute("var safe = true;");
        foreach (var key in new[] { "wrong", "" })
            kernel.Send("execute_request", new JsonObject { ["code"] = "safe = false;" }, wire: new WireFormat(key));
        Assert.Equal("True", kernel.Execute("safe").Result);
        Assert.Contains("signature", kernel.Log);
    }

    [Fact]
    public void Noise_does_no_harm()
    {
        const string Memory = "GC.Collect(); GC.WaitForPendingFinalizers(); GC.GetTotalMemory(true)";
        var random = new Random(1);
        var forged = new WireFormat("another key").Write(KernelMessage.Create("execute_request", "session", [], [], new JsonObject { ["code"] = "quietBefore = 2;" }));
        byte[] Bytes(int length)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            return bytes;
        }

        // Anything; a forged request; one that was cut; one with a frame that is no JSON.
        IEnumerable<byte[]> Message() => random.Next(4) switch
        {
            0 => Enumerable.Range(0, random.Next(1, 8)).Select(_ => Bytes(random.Next(50))).ToList(),
            1 => forged,
            2 => forged.Take(random.Next(1, forged.Count)),
            _ => forged.Select(frame => random.Next(3) == 0 ? Bytes(frame.Length) : frame).ToList(),
        };

        void Send(int messages)
        {
            using var noise = new DealerSocket(kernel.Address("shell_port"));
            for (var i = 0; i < messages; i++)
                noise.SendMultipartBytes(Message());
            Assert.Equal("1", kernel.Execute("quietBefore").Result);
        }

        long Taken() => long.Parse(kernel.Execute(Memory).Result!, CultureInfo.InvariantCulture);

        // After the first cell completion and help warm up in the background, and take memory for that. Who is answered by both, twice, need not wait for it any more.
        void WarmUp()
        {
            const string code = "System.Math.Max";
            for (var time = 0; time < 2; time++)
            {
                kernel.Ask("complete_request", new JsonObject { ["code"] = code, ["cursor_pos"] = code.Length });
                kernel.Ask("inspect_request", new JsonObject { ["code"] = code, ["cursor_pos"] = code.Length, ["detail_level"] = 0 });
            }
        }

        kernel.Execute("var quietBefore = 1;");
        WarmUp();
        Send(1000);
        var before = Taken();
        Send(100_000);
        Assert.InRange(Taken() - before, long.MinValue, 2_000_000);
        using (var raw = new TcpClient("127.0.0.1", new Uri(kernel.Address("control_port")).Port))
            raw.GetStream().Write(Bytes(10_000));
        Assert.Equal("ok", (string?)kernel.Reply(kernel.Send("kernel_info_request", [], control: true), control: true)["status"]);
        Assert.Equal("1", kernel.Execute("quietBefore").Result);
    }
}
