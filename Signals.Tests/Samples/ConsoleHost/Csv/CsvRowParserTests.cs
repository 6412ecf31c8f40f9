using System.Text;
using Signals.Samples.ConsoleHost.Csv;

namespace Signals.Tests.Samples.ConsoleHost.Csv;

[TestFixture]
public sealed class CsvRowParserTests
{
    [TestCase("a,b\n1,2\n", "a|b;1|2")]
    [TestCase("a,b\r\n1,2\r\n", "a|b;1|2")]
    [TestCase("a,b\n1,2", "a|b;1|2")]
    [TestCase("a,b\n1,", "a|b;1|")]
    [TestCase("a,b\n1,2\r", "a|b;1|2")]
    [TestCase("a\n\n\r\n1\n", "a;1")]
    [TestCase("\"a,b\",c\n", "a,b|c")]
    [TestCase("\"a\"\"b\",c\n", "a\"b|c")]
    [TestCase("\"a\nb\",c\nd,e\n", "a\nb|c;d|e")]
    [TestCase("\"a\r\nb\",c\r\n", "a\r\nb|c")]
    [TestCase("\"\"\n", "")]
    [TestCase("\"\",\"\"\n", "|")]
    [TestCase("5\" pipe,x\n", "5\" pipe|x")]
    [TestCase("a\rb,c\n", "a\rb|c")]
    [TestCase("\"a\"\r\n\"b\"", "a;b")]
    [TestCase("ä,€\n", "ä|€")]
    public void Parse_AnySplit_GivesTheSameRows(string text, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int piece = 1; piece <= bytes.Length; piece++)
        {
            Assert.That(Rows(bytes, piece), Is.EqualTo(expected), $"pieces of {piece}");
        }
    }

    [Test]
    public void Parse_TextAfterClosingQuote_MarksThatRowAlone()
    {
        CsvRowParser parser = new();
        byte[] bytes = "1,\"a\"b,2\n3,4,5\n"u8.ToArray();

        Assert.That(parser.Parse(bytes, out int first), Is.True);
        Assert.That(parser.RowError, Does.Contain("column 2"));
        Assert.That(parser.Parse(bytes.AsSpan(first), out _), Is.True);
        Assert.That(parser.RowError, Is.Null);
        Assert.That(parser.FieldCount, Is.EqualTo(3));
    }

    [Test]
    public void Complete_QuoteNeverClosed_NamesTheLineWhereItOpened()
    {
        CsvRowParser parser = new();
        bool found = parser.Parse("a,b\n1,\"x\ny\n"u8, out int consumed);
        Assert.That(found, Is.True);
        parser.Parse("1,\"x\ny\n"u8, out _);

        CsvFormatException error = Assert.Throws<CsvFormatException>(() => parser.Complete())!;
        Assert.That(error.Line, Is.EqualTo(2));
        Assert.That(error.Column, Is.EqualTo(2));
        Assert.That(consumed, Is.EqualTo(4));
    }

    [Test]
    public void Parse_RowLongerThanTheLimit_IsRefusedWithItsPlace()
    {
        CsvRowParser parser = new(maxRowBytes: 10);
        parser.Parse("ok,1\n"u8, out _);

        CsvFormatException error = Assert.Throws<CsvFormatException>(() => parser.Parse("123,4567890123"u8, out _))!;
        Assert.That(error.Message, Does.StartWith("line 2, column 2:").And.Contain("10 bytes"));
    }

    [Test]
    public void Parse_RowExactlyAtTheLimit_IsAccepted()
    {
        CsvRowParser parser = new(maxRowBytes: 10);
        Assert.That(parser.Parse("12345,67890\n"u8, out _), Is.True);
    }

    [Test]
    public void Parse_MoreColumnsThanTheLimit_IsRefused() =>
        Assert.Throws<CsvFormatException>(() =>
            new CsvRowParser().Parse(Encoding.UTF8.GetBytes(new string(',', CsvLimits.MaxFields + 1)), out _));

    [Test]
    public void RowLine_AfterNewlinesInsideQuotes_CountsThem()
    {
        CsvRowParser parser = new();
        byte[] bytes = "\"a\n\nb\"\nc\n"u8.ToArray();
        parser.Parse(bytes, out int first);
        parser.Parse(bytes.AsSpan(first), out _);

        Assert.That(parser.RowLine, Is.EqualTo(4));
    }

    private static string Rows(byte[] bytes, int piece)
    {
        CsvRowParser parser = new();
        List<string> rows = [];
        for (int start = 0; start < bytes.Length;)
        {
            ReadOnlySpan<byte> input = bytes.AsSpan(start, Math.Min(piece, bytes.Length - start));
            if (parser.Parse(input, out int consumed))
            {
                rows.Add(Text(parser));
            }
            start += consumed;
        }
        if (parser.Complete())
        {
            rows.Add(Text(parser));
        }
        return string.Join(';', rows);
    }

    private static string Text(CsvRowParser row) =>
        string.Join('|', Enumerable.Range(0, row.FieldCount).Select(i => Encoding.UTF8.GetString(row.Field(i))));
}
