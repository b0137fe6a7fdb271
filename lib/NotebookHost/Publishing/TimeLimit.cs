using System.Net;
using System.Runtime.ExceptionServices;

namespace NotebookHost.Publishing;

/// <summary>Lets code of others work on text from strangers, for so long: what is not done by then is given up, and its thread left behind.</summary>
internal static class TimeLimit
{
    /// <summary>For one text of a page.</summary>
    public static readonly TimeSpan OfText = TimeSpan.FromSeconds(10);

    /// <summary>For one page, unless another is asked for.</summary>
    public static readonly TimeSpan OfPage = TimeSpan.FromSeconds(60);

    /// <summary>For what is still put in order after an interrupt.</summary>
    public static readonly TimeSpan AfterInterrupt = TimeSpan.FromSeconds(5);

    /// <summary>Deeply nested texts need it.</summary>
    private const int StackSize = 16 << 20;

    /// <summary>A text that was given up, as HTML.</summary>
    public static string AsWritten(string text) =>
        FormattableString.Invariant($"<p class=\"note\">Shown as source text: rendering took longer than {OfText.TotalSeconds} s.</p><pre>{WebUtility.HtmlEncode(text)}</pre>");

    /// <summary>The result of the work, or null when it was not done in time; its exceptions are the caller's.</summary>
    /// <exception cref="OperationCanceledException">The user stopped the wait.</exception>
    public static T? Try<T>(TimeSpan limit, Func<T> work, CancellationToken interrupt = default)
        where T : class
    {
        T? result = null;
        ExceptionDispatchInfo? error = null;
        var done = new TaskCompletionSource();
        new Thread(Work, StackSize) { IsBackground = true }.Start();
        if (!done.Task.Wait(limit, interrupt))
            return null;
        error?.Throw();
        return result;

        void Work()
        {
            try
            {
                result = work();
            }
            catch (Exception e)
            {
                error = ExceptionDispatchInfo.Capture(e);
            }

            done.SetResult();
        }
    }
}
