using System.Text;

namespace NotebookHost.Engine;

/// <summary>Sends everything written to <see cref="Console"/>, by any thread, to a receiver until disposed.</summary>
internal sealed class ConsoleCapture : IDisposable
{
    private readonly TextWriter _out = Console.Out;
    private readonly TextWriter _error = Console.Error;
    private readonly Action<StreamWritten> _receiver;

    public ConsoleCapture(Action<StreamWritten> receiver)
    {
        _receiver = receiver;
        Renew();
    }

    /// <summary>Replaces the console's writers. A thread that was aborted while it wrote may have left theirs locked for ever.</summary>
    public void Renew()
    {
        Console.SetOut(new Redirect(StreamWritten.StandardOutput, _receiver));
        Console.SetError(new Redirect(StreamWritten.StandardError, _receiver));
    }

    public void Dispose()
    {
        Console.SetOut(_out);
        Console.SetError(_error);
    }

    /// <summary>Passes each write on as it comes; <see cref="Console.SetOut"/> makes it safe for several threads.</summary>
    private sealed class Redirect(string name, Action<StreamWritten> receiver) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write(value.ToString());

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

        public override void Write(string? value)
        {
            if (!string.IsNullOrEmpty(value))
                receiver(new StreamWritten(name, value));
        }

        public override void WriteLine() => Write(CoreNewLine, 0, CoreNewLine.Length);

        public override void WriteLine(string? value) => Write(value + new string(CoreNewLine));

        public override void WriteLine(ReadOnlySpan<char> buffer) => Write(string.Concat(buffer, CoreNewLine));
    }
}
