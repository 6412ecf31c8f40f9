using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Signals.Samples.ConsoleHost.Csv;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Input;
using Signals.Samples.ConsoleHost.Options;

namespace Signals.Tests.Samples.ConsoleHost.Csv;

[TestFixture]
public sealed class CsvEventSourceTests
{
    private const string Retail =
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n"
        + "536365,85123A,\"HEART, \"\"WHITE\"\"\",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\r\n"
        + "C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom\r\n"
        + "536414,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom\r\n"
        + "536365,85123A,\"HEART, \"\"WHITE\"\"\",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\r\n";

    private static readonly Retention KeepAll = new(null, null, null);

    [TestCase(1, false, false)]
    [TestCase(1, true, false)]
    [TestCase(7, false, true)]
    [TestCase(65536, true, true)]
    public async Task TryRead_RetailRows_BecomeEvents(int bytesPerRead, bool gzip, bool byteOrderMark)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(byteOrderMark ? "\uFEFF" + Retail : Retail);
        (List<string> events, RejectionTally rejected) =
            await ReadAsync(gzip ? Gzip(bytes) : bytes, Presets.OnlineRetail, bytesPerRead);

        Assert.That(events, Has.Count.EqualTo(3));
        Assert.That(events[0], Does.StartWith("sale ").And.Contain("1291191960000").And.Contain("HEART, \"WHITE\"|6|2.55|United Kingdom"));
        Assert.That(events[1], Does.StartWith("cancel ").And.Contain("|-1|27.5|"));
        Assert.That(events[2], Is.EqualTo(events[0]), "an exact repeat is the same event");
        Assert.That(rejected.Reasons.Single().Reason, Is.EqualTo("no user: 'CustomerID' is empty"));
        Assert.That(rejected.Reasons.Single().Example, Is.EqualTo("line 4"));
    }

    [Test]
    public async Task TryRead_BadCells_AreCountedWithLineAndColumn()
    {
        const string Text = "u,t,n\na,1,5\nb,x,5\nc,1,five\nd,1\ne,1,\"5\"5\n";
        EventMapping mapping = Mapping(new FieldMapping("n", ColumnKind.Int32, 1, "n"));
        (List<string> events, RejectionTally rejected) = await ReadAsync(Encoding.UTF8.GetBytes(Text), mapping, 3);

        Assert.That(events, Has.Count.EqualTo(1));
        Assert.That(rejected.Total, Is.EqualTo(4));
        Assert.That(rejected.Reasons.Select(r => $"{r.Reason} / {r.Example}"), Is.EquivalentTo(new[]
        {
            "'t' is not a time of the given format / line 3: column 2 is 'x'",
            "'n' is not of kind Int32 / line 4: column 3 is 'five'",
            "the row does not have the header's 3 columns / line 5: it has 2",
            "not CSV: text after a closing quote / line 6: column 3: text after the closing quote",
        }));
    }

    [Test]
    public async Task TryRead_EmptyCell_IsNull()
    {
        EventMapping mapping = Mapping(new FieldMapping("n", ColumnKind.Int32, 1, "n"), new FieldMapping("s", ColumnKind.Text, 1, "s"));
        (List<string> events, _) = await ReadAsync("u,t,n,s\na,1,,\n"u8.ToArray(), mapping, 64);

        Assert.That(events.Single(), Does.EndWith("null|null"));
    }

    [Test]
    public async Task OpenAsync_UnknownColumn_NamesItAndListsTheOthers()
    {
        EventMapping mapping = Mapping(new FieldMapping("n", ColumnKind.Int32, 1, "nn"));

        UsageException error = (await Assert.ThrowsAsync<UsageException>(() => ReadAsync("u,t,n\n"u8.ToArray(), mapping, 64)))!;
        Assert.That(error.Message, Is.EqualTo("--field: the file has no column 'nn'; it has u, t, n"));
    }

    [TestCase("u,t,n,u\n", "--user: the file has the column 'u' twice, as number 1 and 4")]
    [TestCase("u,t,n, t\n", "--time: the file has the column 't' twice")]
    [TestCase("u,n,t,n\n", "--field: the file has the column 'n' twice")]
    public async Task OpenAsync_ColumnThatIsThereTwice_NamesIt(string header, string message)
    {
        EventMapping mapping = Mapping(new FieldMapping("n", ColumnKind.Int32, 1, "n"));
        UsageException error = (await Assert.ThrowsAsync<UsageException>(() => ReadAsync(Encoding.UTF8.GetBytes(header), mapping, 64)))!;
        Assert.That(error.Message, Does.StartWith(message));
    }

    [TestCase("float16", "65520", false)]
    [TestCase("float16", "65504", true)]
    [TestCase("float32", "1e39", false)]
    [TestCase("float32", "-3.5e38", false)]
    [TestCase("float32", "Infinity", true)]
    [TestCase("float64", "1e309", false)]
    [TestCase("float64", "-Infinity", true)]
    [TestCase("float32[2]", "1 1e39", false)]
    [TestCase("int8", "128", false)]
    [TestCase("uint64", "18446744073709551616", false)]
    public async Task TryRead_NumberBeyondItsKind_IsRefused(string kind, string cell, bool fits)
    {
        Assert.That(FieldKindNames.TryParse(kind, out ColumnKind column, out int dimensions), Is.True);
        (List<string> events, RejectionTally rejected) = await ReadAsync(
            Encoding.UTF8.GetBytes($"u,t,n\na,1,{cell}\n"), Mapping(new FieldMapping("n", column, dimensions, "n")), 64);
        Assert.That((events.Count, rejected.Total), Is.EqualTo(fits ? (1, 0L) : (0, 1L)));
    }

    [Test]
    public async Task OpenAsync_EmptyFile_SaysSo() =>
        await Assert.ThrowsAsync<InputException>(() => ReadAsync([], Mapping(), 64));

    [Test]
    public void Finish_CellsCutDifferently_GiveDifferentIds()
    {
        EventIdHash hash = new();
        ulong first = Id("ab", "c");
        Assert.That(Id("a", "bc"), Is.Not.EqualTo(first));
        Assert.That(Id("ab", "c"), Is.EqualTo(first));

        ulong Id(params string[] cells)
        {
            foreach (string cell in cells)
            {
                hash.Add(Encoding.UTF8.GetBytes(cell));
            }
            return hash.Finish();
        }
    }

    [Test]
    public void Finish_KnownCells_NeverChanges()
    {
        // Ids are stored: another value here would split every event in two on the next import.
        EventIdHash hash = new();
        hash.Add("nodatime/nodatime"u8);
        hash.Add(".hgignore"u8);
        Assert.That(hash.Finish(), Is.EqualTo(12_519_810_311_550_523_780UL));
    }

    [TestCase("unix-s", "1257712080", 1257712080000)]
    [TestCase("unix-s", "1257712080.25", 1257712080250)]
    [TestCase("unix-s", "-1", -1000)]
    [TestCase("unix-ms", "1257712080123", 1257712080123)]
    [TestCase("iso", "2010-12-01 08:26:00", 1291191960000)]
    [TestCase("iso", "2010-12-01T08:26:00Z", 1291191960000)]
    [TestCase("iso", "2010-12-01T08:26:00.5+01:00", 1291188360500)]
    [TestCase("iso", "2010-12-01T08:26-0130", 1291197360000)]
    [TestCase("iso", "2010-12-01", 1291161600000)]
    [TestCase("iso", "1969-12-31T23:59:59.999Z", -1)]
    [TestCase("dd/MM/yyyy HH:mm", "01/12/2010 08:26", 1291191960000)]
    public void TryParse_Time_IsMillisecondsUtc(string format, string text, long expected)
    {
        Assert.That(new TimeParser(format).TryParse(Encoding.UTF8.GetBytes(text), out long timeMs), Is.True);
        Assert.That(timeMs, Is.EqualTo(expected));
    }

    [TestCase("unix-s", "12x")]
    [TestCase("unix-s", "")]
    [TestCase("unix-s", "9223372036854775807")]
    [TestCase("unix-ms", "9223372036854775807")]
    [TestCase("iso", "2010-13-01")]
    [TestCase("iso", "2010-02-29")]
    [TestCase("iso", "2010-12-01 24:00:01")]
    [TestCase("iso", "2010-12-01 08:26:00.")]
    [TestCase("iso", "2010-12-01 08:26:00 x")]
    [TestCase("iso", "2010-12-01 08:26:0")]
    [TestCase("dd/MM/yyyy", "2010-12-01")]
    public void TryParse_NotATime_IsRefused(string format, string text) =>
        Assert.That(new TimeParser(format).TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    [TestCase("C1", "5", "cancel")]
    [TestCase("A1", "5", "adjust")]
    [TestCase("1", "5", "sale")]
    [TestCase("1", "-5", "stock_writeoff")]
    [TestCase("1", "0", "stock_writeoff")]
    public void RetailName_InvoiceAndQuantity_DecideTheType(string invoice, string quantity, string expected) =>
        Assert.That(
            Encoding.UTF8.GetString(EventTypeRule.RetailName(Encoding.UTF8.GetBytes(invoice), Encoding.UTF8.GetBytes(quantity))),
            Is.EqualTo(expected));

    private static EventMapping Mapping(params FieldMapping[] fields) => new()
    {
        User = "u",
        Time = "t",
        TimeFormat = "unix-s",
        Type = new EventTypeMapping(EventTypeSource.Constant, null, ["event"]),
        Fields = fields,
    };

    private static async Task<(List<string> Events, RejectionTally Rejected)> ReadAsync(
        byte[] bytes, EventMapping mapping, int bytesPerRead)
    {
        InputSource input = await InputSource.FromStreamAsync(new SlowStream(bytes, bytesPerRead), default);
        await using CsvEventSource source = await CsvEventSource.OpenAsync(input, mapping, KeepAll, default);
        SingleEvent single = new();
        List<string> events = [];
        while (await source.WaitAsync(default))
        {
            while (source.TryRead(single))
            {
                events.Add($"{single.EventType.Name} {single.User} {single.TimeMs} {single.Id} {Fields(single)}");
            }
        }
        return (events, source.Rejected);
    }

    private static string Fields(SingleEvent single) => string.Join('|', Enumerable.Range(0, single.CellCount).Select(column =>
        single.State(column) != ColumnState.Value ? single.State(column).ToString().ToLowerInvariant()
        : single.EventType.Columns[column].Type.Kind switch
        {
            ColumnKind.Int32 => $"{MemoryMarshal.Read<int>(single.Bytes(column))}",
            ColumnKind.Float32 => $"{MemoryMarshal.Read<float>(single.Bytes(column))}",
            _ => Encoding.UTF8.GetString(single.Bytes(column)),
        }));

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }
}
