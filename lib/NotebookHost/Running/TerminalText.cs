using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace NotebookHost.Running;

/// <summary>
/// Text as a terminal would show it in the end: a carriage return goes back to the start of the line, a backspace one column, escape sequences move the cursor and erase, and what follows
/// overwrites what was there. Progress lines rewritten thousands of times leave their last state. Sequences of another kind, such as colours, stay before the character that they stood before.
/// </summary>
internal sealed partial class TerminalText
{
    private const char Escape = '\u001b';

    /// <summary>Stands for an escape and a bracket.</summary>
    private const char ControlSequence = '\u009b';

    /// <summary>No window is wider; a cursor moves no further to the right.</summary>
    private const int MostColumns = 4096;

    /// <summary>A sequence that has not ended after so many characters is text.</summary>
    private const int LongestSequence = 2048;

    /// <summary>Escape sequences of terminals: colours and cursor moves, titles and links, character sets, and those of one character.</summary>
    private const string AnySequence = @"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]+[0-~]|[0-Z\\^-~])";

    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(code => ((char)code).ToString())];

    private readonly List<string> _rows = [""];

    /// <summary>The row in which the cursor is, a character a column, with the marks that combine with it and the sequences before it.</summary>
    private readonly List<string> _columns = [];

    private readonly StringBuilder _sequences = new();
    private string _begun = "";
    private int _row;
    private int _column;

    /// <summary>The line being written, without escape sequences.</summary>
    public string CurrentLine => Sequence().Replace(Row(), "");

    /// <summary>The text without escape sequences.</summary>
    public string Plain => Sequence().Replace(ToString(), "");

    /// <summary>Takes what is written next; a line end, a character or a sequence may be split between two calls.</summary>
    public void Append(string text)
    {
        ReadOnlySpan<char> rest = _begun + text;
        _begun = "";
        while (rest.Length > 0)
        {
            var taken = Take(rest);
            if (taken == 0)
            {
                _begun = rest.ToString();
                return;
            }

            rest = rest[taken..];
        }
    }

    public override string ToString()
    {
        var rows = string.Join('\n', _rows.Index().Select(row => row.Index == _row ? Row() : row.Item));
        return _begun.Length == 0 ? rows : rows + (char.IsHighSurrogate(_begun[^1]) ? _begun[..^1] + Rune.ReplacementChar : _begun);
    }

    /// <summary>Takes the first character or sequence, and gives its length; 0 when the rest of it is still to come.</summary>
    private int Take(ReadOnlySpan<char> text)
    {
        switch (text[0])
        {
            case '\n':
                EndRow();
                return 1;
            case '\r':
                _column = 0;
                return 1;
            case '\b':
                _column = Math.Max(0, _column - 1);
                return 1;
            case Escape or ControlSequence:
                foreach (var found in FirstSequence().EnumerateMatches(text))
                {
                    Obey(text[0] == Escape ? text[..found.Length].ToString() : $"{Escape}[{text[1..found.Length]}");
                    return found.Length;
                }

                if (text.Length < LongestSequence && BegunSequence().IsMatch(text))
                    return 0;
                _sequences.Append(text[0]);
                return 1;
            case < '\u0080':
                Put(Ascii[text[0]]);
                return 1;
            default:
                var status = Rune.DecodeFromUtf16(text, out var character, out var taken);
                if (status == OperationStatus.NeedMoreData)
                    return 0;
                Put(status == OperationStatus.Done ? character : Rune.ReplacementChar);
                return taken;
        }
    }

    private void Put(Rune character)
    {
        var isMark = Rune.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format;
        if (isMark && _column > 0 && _column <= _columns.Count)
            _columns[_column - 1] += character.ToString();
        else
            Put(character.ToString());
    }

    private void Put(string character)
    {
        while (_columns.Count < _column)
            _columns.Add(" ");
        var column = Sequences() + character;
        if (_column < _columns.Count)
            _columns[_column] = column;
        else
            _columns.Add(column);
        _column++;
    }

    /// <summary>Moves the cursor or erases, if the sequence says so.</summary>
    private void Obey(string sequence)
    {
        if (sequence[1] != '[' || !long.TryParse(sequence[2..^1] is { Length: > 0 } number ? number : "0", NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            _sequences.Append(sequence);
            return;
        }

        var steps = (int)Math.Clamp(count, 1, MostColumns);
        switch (sequence[^1])
        {
            case 'A' or 'F':
                GoTo(Math.Max(0, _row - steps), sequence[^1] == 'A' ? _column : 0);
                break;
            case 'B' or 'E':
                GoTo(Math.Min(_rows.Count - 1, _row + steps), sequence[^1] == 'B' ? _column : 0);
                break;
            case 'C':
                _column = Math.Min(MostColumns, _column + steps);
                break;
            case 'D':
                _column = Math.Max(0, _column - steps);
                break;
            case 'G':
                _column = steps - 1;
                break;
            case 'K':
                EraseRow(count);
                break;
            default:
                _sequences.Append(sequence);
                break;
        }
    }

    /// <param name="part">0: from the cursor on, 1: up to the cursor, 2: all of it.</param>
    private void EraseRow(long part)
    {
        if (part == 2)
            _columns.Clear();
        for (var column = 0; part == 1 && column < Math.Min(_column + 1, _columns.Count); column++)
            _columns[column] = " ";
        if (part == 0 && _column < _columns.Count)
            _columns.RemoveRange(_column, _columns.Count - _column);
    }

    private void EndRow()
    {
        if (_row == _rows.Count - 1)
            _rows.Add("");
        GoTo(_row + 1, 0);
    }

    private void GoTo(int row, int column)
    {
        _rows[_row] = Row();
        _sequences.Clear();
        _columns.Clear();
        (_row, _column) = (row, 0);
        if (_rows[row].Length > 0)
            Append(_rows[row]);
        _sequences.Append(_begun);
        (_begun, _column) = ("", column);
    }

    /// <summary>The row in which the cursor is.</summary>
    private string Row() => string.Concat(_columns.Take(_column)) + _sequences + string.Concat(_columns.Skip(_column));

    private string Sequences()
    {
        if (_sequences.Length == 0)
            return "";
        var sequences = _sequences.ToString();
        _sequences.Clear();
        return sequences;
    }

    [GeneratedRegex(AnySequence)]
    private static partial Regex Sequence();

    [GeneratedRegex(@"\A(?:" + AnySequence + ")")]
    private static partial Regex FirstSequence();

    [GeneratedRegex(@"\A(?:\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[ -/]+)?|\x9b[0-?]*[ -/]*)\z")]
    private static partial Regex BegunSequence();
}
