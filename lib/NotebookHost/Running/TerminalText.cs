using System.Text;

namespace NotebookHost.Running;

/// <summary>
/// Text as a terminal would show it in the end: a carriage return goes back to the start of the line, a backspace one column, and what follows overwrites what was there.
/// Progress lines rewritten thousands of times leave their last state.
/// </summary>
internal sealed class TerminalText
{
    private readonly StringBuilder _lines = new();
    private readonly StringBuilder _line = new();
    private int _column;

    /// <summary>The line being written.</summary>
    public string CurrentLine => _line.ToString();

    /// <summary>Takes what is written next; a line end may be split between two calls.</summary>
    public void Append(string text)
    {
        foreach (var part in text)
        {
            if (part == '\n')
                EndLine();
            else if (part == '\r')
                _column = 0;
            else if (part == '\b')
                _column = Math.Max(0, _column - 1);
            else
                Put(part);
        }
    }

    /// <summary>Erases the line being written, from the next character on or as a whole; what follows is written where it would have been.</summary>
    public void EraseLine(bool whole)
    {
        if (whole)
            _line.Clear();
        else if (_column < _line.Length)
            _line.Length = _column;
    }

    public override string ToString() => string.Concat(_lines.ToString(), _line.ToString());

    private void EndLine()
    {
        _lines.Append(_line).Append('\n');
        _line.Clear();
        _column = 0;
    }

    private void Put(char part)
    {
        if (_column < _line.Length)
            _line[_column] = part;
        else
            _line.Append(' ', _column - _line.Length).Append(part);
        _column++;
    }
}
