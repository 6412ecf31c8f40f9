using Signals.Core.Schema;
using Signals.Storage.Engine.Context;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Reliability;

/// <summary>
/// Power fails, or the process is killed, at every disk operation of a history of openings that rename, drop and widen columns, and rename
/// and drop event types, each with appends, flushes and compactions. The store has the schema from before or from after the opening, the
/// next opening gives it the new one, and every acknowledged event has its values in every column, whatever it and its event type are
/// called and however wide it is. What was dropped for good shows in nothing, also where its name is used again.
/// </summary>
[Category("Reliability")]
internal sealed class SchemaCrashTests
{
    private const int SeedsPerCut = 8;
    private const long Hour = 3_600_000;
    private static readonly UserId User = UserId.From(1UL);

    private static readonly EngineOptions Options = TestStores.Tiny with
    {
        Durability = Durability.Synced,
        RetentionGrace = TimeSpan.FromDays(1),
    };

    /// <summary>The openings, and what each calls the columns and event types. What is not called anything is hidden.</summary>
    private static Opening[] Openings { get; } =
    [
        new("item_id", "dwell", null, t => t.Field<short>("n").Field<long>("item_id").Field<double>("dwell").Vector<sbyte>("v", 20))
        {
            Clicks = "click",
            Types = s => Clicks(s, "click"),
        },
        new("item", "dwell", null, t => t
            .Field<int>("n").Field<long>("item").RenamedFrom("item_id").Field<double>("dwell").Vector<Half>("v", 20))
        {
            Clicks = "tap",
            Types = s => Clicks(s, "tap", "click"),
        },
        new("item", null, null, t => t.Field<int>("n").Field<long>("item").Vector<float>("v", 20).Dropped("dwell"))
        {
            Types = s => s.Dropped("click"), // which it was called before
        },
        new("item", "dwell", null, t => t.Field<int>("n").Field<long>("item").Field<double>("dwell").Vector<float>("v", 20))
        {
            Clicks = "tap",
            Types = s => Clicks(s, "tap"),
        },
        new("item", null, null, t => t.Field<double>("n").Field<long>("item").Vector<float>("v", 20).Dropped("dwell"))
        {
            Types = s => s.Dropped("tap"),
        },
        new("item", null, null, t => t.Field<double>("n").Field<long>("item").Vector<float>("v", 20).Dropped("dwell"), Hours: 13)
        {
            Types = s => s.Dropped("tap"),
        },
        new("item", null, "dwell", t => t.Field<double>("n").Field<long>("item").Vector<float>("v", 20).Text("dwell"), Hours: 13)
        {
            Notes = "tap",
            Types = s => s.EventType("tap", t => t.Text("note")),
        },
        new("product", null, "country", t => t
            .Text("country").RenamedFrom("dwell").Field<double>("n").Field<long>("product").RenamedFrom("item").Vector<float>("v", 20))
        {
            Notes = "press",
            Types = s => s.EventType("press", t => t.TypeRenamedFrom("tap").Text("note")),
        },
    ];

    [Test]
    public void Open_CrashAtEveryOperation_HasTheOldOrTheNewSchemaAndEveryEvent()
    {
        SimFileSystem files = ImportStore.NewFiles();
        List<Cut> cuts = [];
        List<(int Operations, int Events)> acks = [(0, 0)];
        ManualTime time = new(TestStores.Start + Hour);
        string before = "";
        for (int i = 0; i < Openings.Length; i++)
        {
            time.NowMs += Openings[i].Hours * Hour;
            int from = files.OperationCount;
            SignalStore store = TestStores.Open(files, Openings[i].Schema, time, Options);
            string after = Kept(files);
            Write(store, files, i, acks);
            store.Engine.Close(abandon: i % 2 == 0);
            cuts.Add(new Cut(i, from, files.OperationCount, time.NowMs, before, after));
            before = after;
        }

        SimRecording run = files.Recording();
        int states = 0;
        foreach (Cut cut in cuts.Skip(1)) // the first one makes the store
        {
            for (int at = cut.From; at <= cut.To; at += TestScale.CutStep)
            {
                int acked = acks.Last(ack => ack.Operations <= at).Events;
                Check(run.KillImage(at), cut, acked, $"killed after operation {at}");
                for (ulong seed = 0; seed < (ulong)TestScale.Of(SeedsPerCut); seed++, states++)
                {
                    Check(run.CrashImage(at, seed), cut, acked, $"power cut after operation {at}, seed {seed}");
                }
            }
        }

        TestContext.Out.WriteLine($"{states} power cuts in {run.Operations.Count} operations");
        Assert.That(cuts.Count(cut => cut.Before != cut.After), Is.GreaterThanOrEqualTo(7), "openings that change the schema");
    }

    private static void Check(SimDisk disk, Cut cut, int acked, string when)
    {
        when = $"opening {cut.Opening}, {when}";
        SimFileSystem files = new(disk, record: false);
        string kept = Kept(files);
        Assert.That(kept, Is.EqualTo(cut.Before).Or.EqualTo(cut.After), $"{when}: neither schema");
        ManualTime time = new(cut.NowMs);

        // A tool opens it first, with the schema that it finds.
        int keptBy = kept == cut.After ? cut.Opening : cut.Opening - 1;
        using (SignalStore tool = TestStores.Open(files, SchemaSerializer.Read(Convert.FromHexString(kept)), time, Options))
        {
            AssertEvents(tool, keptBy, acked, $"{when}, by a tool");
        }

        int found;
        using (SignalStore store = TestStores.Open(files, Openings[cut.Opening].Schema, time, Options))
        {
            found = AssertEvents(store, cut.Opening, acked, when);
            Append(store, cut.Opening, found, 1);
            AssertEvents(store, cut.Opening, found + 1, $"{when}, with one more");
            Run(store, store.CompactAsync());
            AssertEvents(store, cut.Opening, found + 1, $"{when}, compacted");
            Assert.That(
                store.GetTables().Any(table => table.IsOfDroppedType && store.Schema.EventTypes[1].IsDropFinal), Is.False,
                $"{when}: reclaimed");
        }

        Assert.That(Kept(files), Is.EqualTo(cut.After), $"{when}: the next opening");
        using SignalStore again = TestStores.Open(files, Openings[cut.Opening].Schema, time, Options);
        AssertEvents(again, cut.Opening, found + 1, $"{when}, opened again");
    }

    private static void Write(SignalStore store, SimFileSystem files, int opening, List<(int Operations, int Events)> acks)
    {
        int events = acks[^1].Events;
        for (int batch = 0; batch < 3; batch++)
        {
            Append(store, opening, events, 4);
            events += 4;
            acks.Add((files.OperationCount, events));
            if (batch == 1)
            {
                Run(store, opening % 3 == 2 ? store.CompactAsync() : store.FlushAsync());
            }
        }
    }

    private static void Append(SignalStore store, int opening, int from, int count)
    {
        Opening names = Openings[opening];
        AppendOthers(store, names, from, count); // before the views, so that no view is there without them
        EventBatch batch = store.CreateBatch("view");
        for (int number = from; number < from + count; number++)
        {
            EventRow row = batch.Add(User, TestStores.Start + number, (ulong)number).Set(names.Item, (long)number);
            _ = store.Schema["view"].Columns[0].Type.Kind switch
            {
                ColumnKind.Int16 => row.Set("n", (short)(-number)),
                ColumnKind.Int32 => row.Set("n", -number),
                _ => row.Set("n", (double)-number),
            };
            if (number % 3 == 0)
            {
                _ = store.Schema["view"].Columns[3].Type.Kind switch
                {
                    ColumnKind.VectorInt8 => row.SetVector<sbyte>("v", [.. Vector(number).Select(value => (sbyte)value)]),
                    ColumnKind.VectorFloat16 => row.SetVector<Half>("v", [.. Vector(number).Select(value => (Half)value)]),
                    _ => row.SetVector<float>("v", [.. Vector(number)]),
                };
            }

            row = names.Dwell is null ? row : row.Set(names.Dwell, number + 0.5);
            _ = names.Country is null ? row : row.Set(names.Country, $"c{number}");
        }

        Append(store, batch);
    }

    private static void AppendOthers(SignalStore store, Opening names, int from, int count)
    {
        if ((names.Clicks ?? names.Notes) is not { } type)
        {
            return;
        }

        EventBatch batch = store.CreateBatch(type);
        for (int number = from; number < from + count; number++)
        {
            EventRow row = batch.Add(User, TestStores.Start + number, (ulong)number);
            _ = names.Clicks is not null ? row.Set("position", number + 0.25) : row.Set("note", $"n{number}");
        }

        Append(store, batch);
    }

    private static void Append(SignalStore store, EventBatch batch)
    {
        ValueTask<AppendAck> ack = store.AppendAsync(batch);
        store.Engine.RunPending();
        ack.AsTask().GetAwaiter().GetResult();
    }

    /// <summary>How many events there are: at least those that were acknowledged, and each with its values.</summary>
    private static int AssertEvents(SignalStore store, int opening, int acked, string when)
    {
        Opening names = Openings[opening];
        string[] columns = [.. new[] { "n", names.Item, "v", names.Dwell, names.Country }.OfType<string>()];
        using Sequence found = store.Read(User, store.Query("view").Last(1000).Columns(columns).Build());
        int count = found.Count;
        Assert.That(count, Is.GreaterThanOrEqualTo(acked), when);
        Assert.That(found.Ids.ToArray(), Is.EqualTo(Enumerable.Range(0, count).Reverse().Select(i => (ulong)i)), when);
        ColumnKind kind = store.Schema["view"].Columns[0].Type.Kind;
        for (int row = 0; row < count; row++)
        {
            int number = count - 1 - row;
            string place = $"{when}: event {number}";
            double n = kind switch
            {
                ColumnKind.Int16 => found.Field<short>("n")[row],
                ColumnKind.Int32 => found.Field<int>("n")[row],
                _ => found.Field<double>("n")[row],
            };
            Assert.That((n, found.Field<long>(names.Item)[row]), Is.EqualTo(((double)-number, (long)number)), place);
            AssertVector(store, found, row, number, place);
            if (names.Dwell is not null)
            {
                bool has = Openings[OpeningOf(number, opening)].Dwell is not null;
                Assert.That(found.States(names.Dwell)[row], Is.EqualTo(has ? ColumnState.Value : ColumnState.Absent), place);
                Assert.That(found.Field<double>(names.Dwell)[row], Is.EqualTo(has ? number + 0.5 : 0), place);
            }

            if (names.Country is not null)
            {
                bool has = Openings[OpeningOf(number, opening)].Country is not null;
                Assert.That(found.Text(names.Country, row) ?? "", Is.EqualTo(has ? $"c{number}" : ""), place);
            }
        }

        AssertOthers(store, opening, count, when);
        return count;
    }

    /// <summary>The events of the other types: those that go with the views, and perhaps those of one append more.</summary>
    private static void AssertOthers(SignalStore store, int opening, int views, string when)
    {
        Opening names = Openings[opening];
        foreach (string name in (string[])["click", "tap", "press"])
        {
            if (store.Schema.TryGet(name, out EventTypeSchema? type))
            {
                Assert.That(type.Name, Is.EqualTo(names.Clicks ?? names.Notes), $"{when}: '{name}'");
            }
        }

        if ((names.Clicks ?? names.Notes) is not { } called)
        {
            Assert.That(store.Schema.WasDropped("click") && store.Schema.WasDropped("tap"), when);
            return;
        }

        string column = names.Clicks is not null ? "position" : "note";
        using Sequence found = store.Read(User, store.Query(called).OldestFirst().Columns(column).Build());
        int[] expected = [.. Enumerable.Range(0, views + 4).Where(number => Openings[OpeningOf(number, opening)] is var then
            && (names.Clicks is not null ? then.Clicks : then.Notes) is not null)];
        Assert.That(found.Count, Is.GreaterThanOrEqualTo(expected.Count(number => number < views)), $"{when}: {called}");
        Assert.That(found.Ids.ToArray(), Is.EqualTo(expected.Take(found.Count).Select(number => (ulong)number)), $"{when}: {called}");
        for (int row = 0; row < found.Count; row++)
        {
            string value = names.Clicks is not null ? $"{found.Field<double>(column)[row]}" : found.Text(column, row)!;
            Assert.That(value, Is.EqualTo(names.Clicks is not null ? $"{expected[row] + 0.25}" : $"n{expected[row]}"), $"{when}: {called}");
        }
    }

    private static void AssertVector(SignalStore store, Sequence found, int row, int number, string place)
    {
        Assert.That(found.States("v")[row], Is.EqualTo(number % 3 == 0 ? ColumnState.Value : ColumnState.Absent), place);
        float[] vector = store.Schema["view"].Columns[3].Type.Kind switch
        {
            ColumnKind.VectorInt8 => [.. found.Vector<sbyte>("v").Slice(20 * row, 20).ToArray().Select(value => (float)value)],
            ColumnKind.VectorFloat16 => [.. found.Vector<Half>("v").Slice(20 * row, 20).ToArray().Select(value => (float)value)],
            _ => found.Vector<float>("v").Slice(20 * row, 20).ToArray(),
        };
        Assert.That(vector, Is.EqualTo(number % 3 == 0 ? Vector(number) : new float[20]), place);
    }

    // Each opening wrote twelve events; the one that is under test may have written more.
    private static int OpeningOf(int number, int opening) => Math.Min(number / 12, opening);

    private static float[] Vector(int number) => [.. Enumerable.Range(0, 20).Select(i => (float)(i - (number % 100)))];

    private static string Kept(SimFileSystem files) => Convert.ToHexString(
        SchemaSerializer.Write(Manifest.Read(new StoreFolder(files, TestStores.Folder)).ReadSchema()));

    private static void Run(SignalStore store, Task work)
    {
        store.Engine.RunPending();
        work.GetAwaiter().GetResult();
    }

    private static void Clicks(StoreSchemaBuilder schema, string name, params string[] formerNames) => schema.EventType(name, type =>
    {
        type.Field<double>("position").Window(TimeSpan.FromDays(1));
        Array.ForEach(formerNames, former => type.TypeRenamedFrom(former));
    });

    /// <param name="Item">What it calls the number of an event.</param>
    /// <param name="Dwell">What it calls the column that is dropped, taken back, and dropped for good.</param>
    /// <param name="Country">What it calls the column that gets the name of the one that is gone.</param>
    /// <param name="Define">Its columns, in any order.</param>
    /// <param name="Hours">How long after the one before.</param>
    private sealed record Opening(string Item, string? Dwell, string? Country, Action<EventTypeBuilder> Define, int Hours = 1)
    {
        /// <summary>What it calls the event type that is dropped, taken back, and dropped for good.</summary>
        public string? Clicks { get; init; }

        /// <summary>What it calls the event type that gets the name of the one that is gone.</summary>
        public string? Notes { get; init; }

        /// <summary>What it says of the other event types.</summary>
        public required Action<StoreSchemaBuilder> Types { get; init; }

        public StoreSchema Schema => field ??= StoreSchema.Define(s =>
        {
            s.EventType("view", type =>
            {
                Define(type);
                type.Window(TimeSpan.FromDays(1));
            });
            Types(s);
        });
    }

    /// <summary>The operations of one opening and what it wrote, and the schema that the store had before and after.</summary>
    private readonly record struct Cut(int Opening, int From, int To, long NowMs, string Before, string After);
}
