using System.Buffers;
using System.IO.Compression;
using System.Text;
using Signals.Definitions;
using Signals.Samples.ConsoleHost.Csv;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Exported;
using Signals.Samples.ConsoleHost.Frames;
using Signals.Samples.ConsoleHost.Input;
using Signals.Samples.ConsoleHost.Input.Gzip;
using Signals.Samples.ConsoleHost.Options;
using Signals.Scanning;
using Signals.Serving;
using Signals.Tests.Core.Definitions;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>What people and other programs send: frames, CSV, lines of JSON, gzip, definitions, receipts. Pure.</summary>
internal static class InputDoors
{
    private const int Large = 20 << 20;

    private static readonly Retention KeepAll = new(null, null, null);

    private static readonly EventMapping Mapping = new()
    {
        User = "u",
        Time = "t",
        TimeFormat = "unix-s",
        Type = new EventTypeMapping(EventTypeSource.Constant, null, ["e"]),
        Fields =
        [
            new FieldMapping("n", ColumnKind.Int32, 1, "n"), new FieldMapping("s", ColumnKind.Text, 1, "s"),
            new FieldMapping("v", ColumnKind.VectorFloat32, 3, "v"),
        ],
    };

    private static readonly StoreSchema Schema = MappedSchema.Build(Mapping, KeepAll);

    public static IEnumerable<HostileDoor> All()
    {
        yield return new HostileDoor(
            "event frames", ["event-frame.md", "EventFrameFormat", "FrameEventSource"], Frames,
            bytes => Drain(input => new(new FrameEventSource(input, Schema, null)), bytes), IsInput)
        {
            Claims =
            [
                ("a frame of 4 GiB", () => [0xFF, 0xFF, 0xFF, 0xFF, .. new byte[100]]),
                ("a map of 2^32 - 1 pairs", () => Frame(0xDF, 0xFF, 0xFF, 0xFF, 0xFF)),
                ("a text of 2^32 - 1 bytes", () => Frame(
                    0x81, 0xA4, (byte)'u', (byte)'s', (byte)'e', (byte)'r', 0xDB, 0xFF, 0xFF, 0xFF, 0xFF)),
                ("a million nested arrays", () => Frame([0x81, 0xA1, (byte)'x', .. Enumerable.Repeat((byte)0x91, 1_000_000)])),
                ("a million nested maps", () => Frame([.. Enumerable.Repeat((byte)0x81, 1_000_000)])),
            ],
        };
        yield return new HostileDoor(
            "CSV", ["CsvEventSource"], () => Utf8("u,t,n,s,v\nann,1,5,\"a \"\"b\"\"\",1 2 3\nbob,2,-7,,0.5;1;2\n"),
            bytes => Drain(async input => await CsvEventSource.OpenAsync(input, Mapping, KeepAll, default), bytes), IsInput)
        {
            Claims =
            [
                ("a row that does not end", () => Utf8("u,t,n,s,v\n\"" + new string('x', Large))),
                ("a header of commas", () => Utf8(new string(',', Large))),
                ("a row of commas", () => Utf8("u,t,n,s,v\n" + new string(',', Large))),
                ("quotes", () => Utf8("u,t,n,s,v\n" + new string('"', Large))),
                ("empty lines", () => Utf8("u,t,n,s,v\n" + new string('\n', Large))),
                ("a million bad rows", () => Utf8("u,t,n,s,v\n" + string.Concat(Enumerable.Repeat("a,x,x,x,x\n", 1_000_000)))),
                ("a number of a million digits", () => Utf8(
                    $"u,t,n,s,v\na,{new string('9', 1_000_000)},{new string('9', 1_000)},x,1 2 3\n")),
                ("a vector of a million numbers", () => Utf8($"u,t,n,s,v\na,1,1,x,{string.Join(' ', Enumerable.Repeat('1', 500_000))}\n")),
            ],
        };
        yield return new HostileDoor(
            "exported CSV", ["ExportedCsvSource"],
            () => Utf8("user,type,time,id,n,s,v\n1,e,1000,5,7,abc,\"[1,2,3]\"\n00000000000000010000000000000002,e,1000,5,,\"\",\n"),
            bytes => Drain(async input => await ExportedCsvSource.OpenAsync(input, Schema, default), bytes), IsInput)
        {
            Claims =
            [
                ("a row that does not end", () => Utf8("user,type,time,id,n,s,v\n\"" + new string('x', Large))),
                ("a vector of numbers", () => Utf8(
                    $"user,type,time,id,n,s,v\n1,e,1000,5,7,abc,\"[{string.Join(',', Enumerable.Repeat('1', 4_000_000))}]\"\n")),
                ("nested brackets", () => Utf8($"user,type,time,id,n,s,v\n1,e,1000,5,7,abc,\"{new string('[', 8_000_000)}\"\n")),
            ],
        };
        yield return new HostileDoor(
            "lines of JSON", ["JsonLinesSource"],
            () => Utf8("""{"user":"1","type":"e","time":1000,"id":5,"fields":{"n":7,"s":"a\u0041","v":[1,2,3]}}""" + "\n"),
            bytes => Drain(static input => new(new JsonLinesSource(input, Schema)), bytes), IsInput)
        {
            Claims =
            [
                ("a line that does not end", () => Utf8(new string('x', Large))),
                ("nested arrays", () => Utf8(new string('[', 8_000_000) + "\n")),
                ("nested objects", () => Utf8(string.Concat(Enumerable.Repeat("{\"a\":", 1_500_000)) + "\n")),
                ("many small values", () => Utf8("[" + new string(' ', 10) + string.Join(',', Enumerable.Repeat('1', 6_000_000)) + "]\n")),
                ("a field of many values", () => Utf8("{\"user\":\"1\",\"type\":\"e\",\"time\":1,\"id\":1,\"fields\":{\"v\":["
                    + string.Join(',', Enumerable.Repeat('1', 6_000_000)) + "]}}\n")),
                ("a long text of escapes", () => Utf8("{\"user\":\"1\",\"type\":\"e\",\"time\":1,\"id\":1,\"fields\":{\"s\":\""
                    + string.Concat(Enumerable.Repeat("\\u0041", 2_000_000)) + "\"}}\n")),
                ("empty lines", () => Utf8(new string('\n', Large))),
            ],
        };
        yield return new HostileDoor(
            "gzip", [], () => Gzip(Utf8("u,t,n\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"user {i},{i},{i * 7}\n")))),
            ReadGzip, e => e is InvalidDataException)
        {
            Claims =
            [
                ("100 MB of zeros", () => Gzip(new byte[100_000_000])),
                ("a name without an end", () => [0x1F, 0x8B, 8, 8, 0, 0, 0, 0, 0, 0, .. Enumerable.Repeat((byte)'x', Large)]),
                ("200,000 empty parts", () => [.. Enumerable.Repeat(Gzip([]), 200_000).SelectMany(part => part)]),
            ],
        };
        yield return new HostileDoor(
            "definition", [], () => DefinitionSamples.Full().ToUtf8Json().ToArray(),
            static bytes => _ = SequenceDefinition.TryParse(bytes, out _, out _), static _ => false)
        {
            Claims =
            [
                ("nested", () => Utf8(string.Concat(Enumerable.Repeat("{\"not\":", 3_000_000)))),
                ("20 MB of text", () => Utf8("{\"name\":\"" + new string('x', Large) + "\"}")),
                ("many values", () => Utf8(
                    "{\"where\":{\"column\":\"x\",\"in\":[" + string.Join(',', Enumerable.Repeat('1', 8_000_000)) + "]}}")),
            ],
        };
        yield return new HostileDoor("receipt", [], Receipt, static bytes => _ = SequenceReceipt.TryRead(bytes, out _), static _ => false);
        yield return new HostileDoor(
            "scan token", ["scan-token.md", "ScanTokenFormat"],
            () => Utf8(new ScanToken("purchase", SequenceOrder.OldestFirst, UserId.From(1), 2, 3).ToString()),
            static bytes => _ = ScanToken.TryParse(Encoding.Latin1.GetString(bytes), out _), static _ => false);
        yield return new HostileDoor(
            "user", [], () => Utf8("00000000000000010000000000000002"),
            static bytes => _ = UserId.TryParse(Encoding.Latin1.GetString(bytes), out _), static _ => false);
    }

    private static bool IsInput(Exception e) => e is InputException or CsvFormatException or UsageException;

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Frame(params byte[] payload) => [.. BitConverter.GetBytes(payload.Length), .. payload];

    private static byte[] Frames()
    {
        EventFrameWriter writer = new();
        SingleEvent single = new();
        ArrayBufferWriter<byte> output = new();
        for (ulong user = 1; user <= 2; user++)
        {
            single.Begin(Schema.EventTypes[0]);
            (single.User, single.TimeMs, single.Id) = (UserId.From(user), 1000, user);
            single.Set(0, 5);
            single.SetBytes(1, "some text"u8);
            single.SetBytes(2, new byte[12]);
            writer.Write(single, output);
        }

        return output.WrittenSpan.ToArray();
    }

    // Bytes in memory are there at once, so all of it is done by this thread, whose memory is counted.
    private static void Drain(Func<InputSource, ValueTask<IEventSource>> open, byte[] bytes) =>
        DrainAsync(open, bytes).GetAwaiter().GetResult();

    private static async Task DrainAsync(Func<InputSource, ValueTask<IEventSource>> open, byte[] bytes)
    {
        InputSource input = await InputSource.FromStreamAsync(new MemoryStream(bytes), default);
        await using IEventSource source = await open(input);
        SingleEvent single = new();
        do
        {
            while (source.TryRead(single))
            {
            }
        }
        while (await source.WaitAsync(default));
    }

    private static byte[] Gzip(byte[] plain)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }

    private static void ReadGzip(byte[] bytes)
    {
        using MemoryStream packed = new(bytes);
        using GzipInput plain = new(packed);
        Span<byte> buffer = stackalloc byte[4096];
        while (plain.Read(buffer) > 0)
        {
        }
    }

    private static byte[] Receipt()
    {
        SequenceReceipt receipt = new()
        {
            User = UserId.From(1UL),
            Definition = 5,
            Position = 100,
            AsOfMs = 1000,
            Version = 3,
            Length = 20,
            Status = ServingStatus.Complete,
            Checksum = 9,
        };
        byte[] bytes = new byte[SequenceReceipt.Bytes];
        receipt.TryWrite(bytes);
        return bytes;
    }
}
