using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace TrivialLayers;

/// <summary>One process that tries shapes of convolutions, and what it answers.</summary>
internal sealed class ConvolutionTrial : IDisposable
{
    // Of Linux and macOS: 128 and the number of SIGILL, SIGABRT, SIGBUS (two numbers), SIGFPE, SIGSEGV. Not those by which somebody ends a process on purpose.
    private static readonly int[] s_crashes = [132, 134, 135, 138, 136, 139];

    // Of Windows, from NTSTATUS: access violation, illegal instruction, division by zero, corrupted heap, overrun stack buffer.
    private static readonly int[] s_crashesOfWindows = [unchecked((int)0xC0000005), unchecked((int)0xC000001D), unchecked((int)0xC0000094), unchecked((int)0xC0000374), unchecked((int)0xC0000409)];

    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _patience;
    private readonly string? _folder;
    private readonly Process? _process;
    private bool _isLate;
    private bool _isOver;

    /// <summary>Starts it.</summary>
    /// <param name="child">Says how, given an empty folder and the arguments; null where no process can be started.</param>
    /// <param name="arguments">The process's arguments.</param>
    /// <param name="patience">For how long an answer is waited for.</param>
    public ConvolutionTrial(Func<string, IReadOnlyList<string>, ProcessStartInfo?> child, IReadOnlyList<string> arguments, TimeSpan patience)
    {
        _patience = patience;
        try
        {
            _folder = Directory.CreateTempSubdirectory("trivial-layers-").FullName;
            if (child(_folder, arguments) is { } start)
            {
                (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError, start.CreateNoWindow) = (true, true, true, true);
                _process = Process.Start(start);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or Win32Exception)
        {
            // No process, no answers.
        }

        _process?.StandardInput.Close();
        _process?.BeginErrorReadLine(); // read away, so that it never waits
        _isOver = _process is null || Line() != ConvolutionCheck.Ready;
    }

    /// <summary>The fault of the next shape, null when it is right, and whether the same would be found tomorrow. After a fault, or when no answer is to be had: null.</summary>
    public (string? Fault, bool Lasts)? Next()
    {
        if (_isOver)
            return null;
        var answer = Line();
        _isOver = answer != ConvolutionCheck.Right;
        return answer switch
        {
            ConvolutionCheck.Right => (null, true),
            not null => (answer, true),
            null when _isLate => (string.Create(CultureInfo.InvariantCulture, $"no result within {_patience.TotalSeconds} s"), false), // the machine may be busy today
            null when HasCrashed(out var code) => (string.Create(CultureInfo.InvariantCulture, $"a crash, exit code {code}"), true),
            _ => null,
        };
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit(s_end);
        }

        _process?.Dispose();
        try
        {
            if (_folder is not null)
                Directory.Delete(_folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Windows may still hold a file; the system empties this folder.
        }
    }

    /// <summary>The next line that is an answer; null when none comes any more.</summary>
    private string? Line()
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var line = _process!.StandardOutput.ReadLineAsync();
            var left = _patience - clock.Elapsed;
            _isLate = left <= TimeSpan.Zero || !line.Wait(left);
            if (_isLate || line.Result is not { } text)
                return null;
            if (text.StartsWith(ConvolutionCheck.Mark, StringComparison.Ordinal))
                return text[ConvolutionCheck.Mark.Length..];
        }
    }

    /// <summary>Whether it ended by a fault of its own.</summary>
    private bool HasCrashed(out int code)
    {
        code = _process!.WaitForExit(s_end) ? _process.ExitCode : 0;
        return (OperatingSystem.IsWindows() ? s_crashesOfWindows : s_crashes).Contains(code);
    }
}
