using System.Text;
using Signals.Samples.ConsoleHost;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Exported;
using Signals.Samples.ConsoleHost.Frames;
using Signals.Samples.ConsoleHost.Input;
using Signals.Tool.Export;
using Spectre.Console;

namespace Signals.Tests.Tool;

/// <summary>What an export writes is read back to the same bytes, in every format, whatever the schema and the values.</summary>
internal sealed class RoundTripTests
{
    private static readonly string[] FieldNames = ["user", "type", "time", "id", "fields", "base64", "a.b", "n-1", "x", "User"];

    [Test]
    public async Task Export_OfAnyEvents_ReadsBackTheSame([Values("csv", "jsonl", "frames")] string format, [Range(1, 25)] int seed)
    {
        Random random = new(seed);
        StoreSchema schema = Schema(random);
        List<SingleEvent> events = [.. Enumerable.Range(0, 40).Select(_ => Event(random, schema))];
        using MemoryStream file = new();
        using (IEventExport export = format switch
        {
            "csv" => new CsvExport(file, schema.EventTypes),
            "jsonl" => new JsonLinesExport(file),
            _ => new FramesExport(file),
        })
        {
            events.ForEach(export.Write);
        }

        InputSource input = await InputSource.FromStreamAsync(new MemoryStream(file.ToArray()), default);
        await using IEventSource source = format switch
        {
            "csv" => await ExportedCsvSource.OpenAsync(input, schema, default),
            "jsonl" => new JsonLinesSource(input, schema),
            _ => new FrameEventSource(input, schema, mapping: null),
        };
        List<string> read = [];
        SingleEvent single = new();
        while (await source.WaitAsync(default))
        {
            while (source.TryRead(single))
            {
                read.Add(Describe(single));
            }
        }

        Assert.That(source.Rejected.Reasons, Is.Empty);
        Assert.That(read, Is.EqualTo(events.Select(Describe)));
    }

    [TestCase("csv", "--preset", "export")]
    [TestCase("jsonl")]
    [TestCase("frames")]
    public async Task Export_OfAStore_IngestedByTheHost_IsTheSameStore(string format, params string[] options)
    {
        string root = Directory.CreateTempSubdirectory("signals-").FullName;
        try
        {
            string first = Path.Combine(root, "first");
            string second = Path.Combine(root, "second");
            string file = Path.Combine(root, $"all.{format}");
            Fill(first);
            ToolRun exported = await ToolRun.OfAsync("export", first, "--format", format, "--output", file);
            using StringWriter messages = new();
            IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
            Signals.Samples.ConsoleHost.ExitCode code = await new HostApplication(console, messages, TimeProvider.System).RunAsync(
                ["--input", file, .. options, "--schema-of", first, "--path", second, "--verify"]);
            Assert.That(code, Is.EqualTo(Signals.Samples.ConsoleHost.ExitCode.Ok), exported.Messages + messages);
            foreach (string each in new[] { "csv", "jsonl", "frames" })
            {
                ToolRun before = await ToolRun.OfAsync("export", first, "--format", each);
                ToolRun after = await ToolRun.OfAsync("export", second, "--format", each);
                Assert.That(after.Output, Is.EqualTo(before.Output), each);
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [TestCase("{\"user\":\"1\",\"user\":\"2\",\"type\":\"t\",\"time\":1,\"id\":1}")]
    [TestCase("{\"user\":\"1\",\"type\":\"t\",\"time\":1,\"id\":1,\"fields\":{\"n\":1,\"n\":2}}")]
    [TestCase("{\"user\":\"01\",\"type\":\"t\",\"time\":1,\"id\":1}")]
    [TestCase("{\"user\":\"0\",\"type\":\"t\",\"time\":1,\"id\":1}")]
    [TestCase("{\"user\":1,\"type\":\"t\",\"time\":1,\"id\":1}")]
    [TestCase("{\"user\":\"1\",\"type\":\"t\",\"time\":1.5,\"id\":1}")]
    [TestCase("{\"user\":\"1\",\"type\":\"t\",\"time\":1,\"id\":-1}")]
    [TestCase("{\"user\":\"1\",\"type\":\"t\",\"time\":1,\"id\":1,\"fields\":{\"n\":\"1\"}}")]
    [TestCase("{\"user\":\"1\",\"type\":\"t\",\"time\":1,\"id\":1,\"fields\":{\"n\":3000000000}}")]
    [TestCase("{\"user\":\"1\",\"type\":\"t\",\"time\":1,\"id\":1} x")]
    [TestCase("[]")]
    [TestCase("{")]
    public void JsonLine_ThatIsNoEvent_SaysWhy(string line)
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("t", t => t.Field<int>("n")));
        Assert.That(new JsonEventParser(schema).Problem(Encoding.UTF8.GetBytes(line), new SingleEvent()), Is.Not.Null);
    }

    [Test]
    public async Task CsvRow_OfTheUserThatNobodySet_IsCountedAndLeavesTheOthers()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("t", t => t.Field<int>("n")));
        InputSource input = await InputSource.FromStreamAsync(
            new MemoryStream("user,type,time,id,n\n0,t,1,1,1\n2,t,1,1,1\n"u8.ToArray()), default);
        await using ExportedCsvSource source = await ExportedCsvSource.OpenAsync(input, schema, default);
        List<UserId> users = [];
        SingleEvent single = new();
        while (await source.WaitAsync(default))
        {
            while (source.TryRead(single))
            {
                users.Add(single.User);
            }
        }

        Assert.That(users, Is.EqualTo(new[] { UserId.From(2) }));
        Assert.That(source.Rejected.Reasons.Single().Count, Is.EqualTo(1));
    }

    private static void Fill(string folder)
    {
        Random random = new(5);
        using SignalStore store = SignalStore.Open(folder, Schema(random));
        for (int i = 0; i < 60; i++)
        {
            SingleEvent single = Event(random, store.Schema);
            single.TimeMs = Signals.Tests.Storage.Engine.TestStores.Start + i;
            EventBatch batch = store.CreateBatch(single.EventType.Name);
            single.AddTo(batch);
            store.Append(batch);
        }
    }

    private static StoreSchema Schema(Random random) => StoreSchema.Define(s =>
    {
        foreach (string type in new[] { "view", "time" })
        {
            s.EventType(type, t =>
            {
                string[] names = [.. FieldNames];
                random.Shuffle(names);
                foreach (string name in names[..random.Next(1, names.Length)])
                {
                    Add(t, name, random);
                }
            });
        }
    });

    private static EventTypeBuilder Add(EventTypeBuilder t, string name, Random random) => random.Next(17) switch
    {
        0 => t.Field<bool>(name),
        1 => t.Field<sbyte>(name),
        2 => t.Field<byte>(name),
        3 => t.Field<short>(name),
        4 => t.Field<ushort>(name),
        5 => t.Field<int>(name),
        6 => t.Field<uint>(name),
        7 => t.Field<long>(name),
        8 => t.Field<ulong>(name),
        9 => t.Field<Half>(name),
        10 => t.Field<float>(name),
        11 => t.Field<double>(name),
        12 => t.Bytes(name),
        13 => t.Vector<sbyte>(name, 3),
        14 => t.Vector<Half>(name, 2),
        15 => t.Vector<float>(name, 2),
        _ => t.Text(name),
    };

    private static SingleEvent Event(Random random, StoreSchema schema)
    {
        SingleEvent single = new();
        single.Begin(schema.EventTypes[random.Next(schema.EventTypes.Count)]);
        single.User = random.Next(4) switch
        {
            0 => UserId.From((ulong)random.NextInt64(1, 100)),
            1 => UserId.From(ulong.MaxValue - (ulong)random.Next(3)),
            2 => UserId.From($"user {random.Next(5)}"),
            _ => UserId.From(new Guid(random.Next(1, 9), 0, 0, new byte[8])),
        };
        single.TimeMs = random.NextInt64(-1L << 40, 1L << 40);
        single.Id = (ulong)random.NextInt64() * (ulong)random.Next(3);
        foreach (ColumnSchema column in single.EventType.Columns)
        {
            switch (random.Next(5))
            {
                case 0:
                    break;
                case 1:
                    single.SetNull(column.Id);
                    break;
                default:
                    SetValue(single, column, random);
                    break;
            }
        }

        return single;
    }

    private static void SetValue(SingleEvent single, ColumnSchema column, Random random)
    {
        if (column.Type.Kind == ColumnKind.Boolean)
        {
            single.Set(column.Id, random.Next(2) == 0);
            return;
        }

        if (!column.Type.IsVariable)
        {
            // Any bits: that includes infinities, negative zero and every kind of not-a-number.
            byte[] bits = new byte[column.Type.Width];
            random.NextBytes(bits);
            if (random.Next(3) == 0)
            {
                byte[][] special =
                [
                    [0x00, 0x7C], [0x00, 0xFE], [0, 0, 0x80, 0x7F], [0, 0, 0xC0, 0xFF],
                    [1, 0, 0xA0, 0x7F], [0, 0, 0, 0, 0, 0, 0xF8, 0xFF], [0, 0, 0, 0x80],
                ];
                byte[] chosen = special[random.Next(special.Length)];
                chosen[..Math.Min(chosen.Length, bits.Length)].CopyTo(bits, bits.Length - Math.Min(chosen.Length, bits.Length));
            }

            single.SetBytes(column.Id, bits);
            return;
        }

        byte[][] texts =
        [
            [], [0x61, 0xFF, 0x62], "\\N"u8.ToArray(), "\\x00"u8.ToArray(),
            "a,\"b\"\r\nc"u8.ToArray(), " x "u8.ToArray(), "\0"u8.ToArray(), "null"u8.ToArray(),
            "\uFEFFmark"u8.ToArray(), "é\u2028😀"u8.ToArray(), [0xED, 0xA0, 0x80],
            "\""u8.ToArray(), "\r"u8.ToArray(), "\\"u8.ToArray(), new byte[random.Next(1, 300)],
        ];
        single.SetBytes(column.Id, texts[random.Next(texts.Length)]);
    }

    private static string Describe(SingleEvent single) =>
        $"{single.User} {single.EventType.Name} {single.TimeMs} {single.Id} "
            + string.Join(' ', single.EventType.Columns.Select(
                column => $"{column.Name}:{single.State(column.Id)}:{Convert.ToHexString(single.Bytes(column.Id))}"));
}
