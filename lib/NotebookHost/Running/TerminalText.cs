using System.Text;

namespace NotebookHost.Running;

/// <summary>
/// Text as a terminal would show it in the end: a carriage return goes back to the start of the line, and what follows overwrites it. Progress lines rewritten
/// thousands of times leave their last state.
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
            else
                Put(part);
        }
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
            _line.Append(part);
        _column++;
    }
}
