using CsCheck;
using NotebookHost.Grid;
using NotebookHost.Running;
using TrivialLayers.Tests;

namespace NotebookHost.Tests.Grid;

/// <summary>Comma-separated values, as RFC 4180 has them.</summary>
public sealed class CsvTextTests
{
    [Theory]
    [InlineData("a,b\n1,2\n", "a|b", "1|2")]
    [InlineData("a,b\r\n1,2", "a|b", "1|2")]
    [InlineData("\"a,b\",\"say \"\"no\"\"\"\n", "a,b|say \"no\"")]
    [InlineData("\"two\nlines\",x\n", "two\nlines|x")]
    [InlineData("a\n\n\r\nb\n", "a", "b")]
    [InlineData(" a , b\n", " a | b")]
    [InlineData("")]
    public void Lines_are_read_as_they_are_meant(string text, params string[] lines) =>
        Assert.Equal(lines, CsvText.Parse(text).Select(line => string.Join('|', line.Fields)));

    [Fact]
    public void An_empty_field_is_no_value_and_two_quotes_are_the_empty_text() =>
        Assert.Equal([null, "", null], CsvText.Parse(",\"\",\n").Single().Fields);

    [Fact]
    public void A_line_knows_its_number_also_below_a_field_of_several_lines() =>
        Assert.Equal([1, 4], CsvText.Parse("\"a\nb\"\n\nc\n").Select(line => line.Number));

    [Theory]
    [InlineData("a\nb\"c\n", "line 2: a quote in the middle of the field 'b'")]
    [InlineData("a\n\"b", "line 2: a quote is opened but never closed")]
    [InlineData("\"a\"b\n", "line 1: expected a comma or the end of the line after a closing quote, found 'b'")]
    [InlineData("a\rb\n", "line 1: a lone carriage return is not a line ending")]
    [InlineData("\"a\"\r", "line 1: a lone carriage return is not a line ending")]
    public void What_is_not_of_this_form_is_refused_by_its_line(string text, string reason) =>
        Assert.StartsWith(reason, Assert.Throws<RunException>(() => CsvText.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Whatever_is_written_is_read_back() =>
        Gen.OneOf(Gen.Char[" ,\"\r\n"], Gen.Char).Array[0, 6].Select(characters => new string(characters)).Null().Array[2, 4].Array[1, 5]
            .SampleRepeatably(lines => Assert.Equal(lines, CsvText.Parse(CsvText.Write(lines)).Select(line => line.Fields.ToArray())), count: 2000);

    [Fact]
    public void No_text_is_an_error_of_another_kind() =>
        Gen.OneOf(Gen.Char[",\"\r\na"], Gen.Char).Array[0, 30].Select(characters => new string(characters)).SampleRepeatably(
            text =>
            {
                try
                {
                    Assert.All(CsvText.Parse(text), line => Assert.NotEmpty(line.Fields));
                }
                catch (RunException e)
                {
                    Assert.StartsWith("line ", e.Message, StringComparison.Ordinal);
                }
            },
            count: 5000);
}
