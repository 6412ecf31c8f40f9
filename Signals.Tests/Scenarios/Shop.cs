using System.Globalization;
using System.Text;
using Signals.Enrichment;
using Signals.Offline;

namespace Signals.Tests.Scenarios;

/// <summary>
/// A small shop in a folder of its own: a store, facts about items, and the events that truly
/// happened, from which all else is told.
/// </summary>
internal sealed class Shop : IAsyncDisposable
{
    /// <summary>2026-03-01, UTC.</summary>
    public const long FirstDay = 1_772_323_200_000;

    public const long DayMs = 86_400_000;

    public const int Users = 40;

    private int _segments;

    public Shop(StoreSchema? schema = null, StoreOptions? options = null) =>
        Store = SignalStore.Open(StorePath, schema ?? Schema(), options);

    public string Folder { get; } = Directory.CreateTempSubdirectory("signals-").FullName;

    public SignalStore Store { get; private set; }

    private string StorePath => Path.Combine(Folder, "store");

    /// <summary>Purchases, with some of what later jobs add.</summary>
    public static StoreSchema Schema(bool titles = false, bool wishes = false) => StoreSchema.Define(s =>
    {
        s.EventType("purchase", t =>
        {
            t.Field<ulong>("item").Field<int>("quantity").Enrichment<float>("price").Window(TimeSpan.FromDays(1));
            if (titles)
            {
                t.EnrichmentText("title").EnrichmentVector<Half>("embedding", 8);
            }
        });
        if (wishes)
        {
            s.EventType("wish", t => t.Field<ulong>("item").Enrichment<float>("price").Window(TimeSpan.FromDays(1)));
            s.EventType(
                "best_purchase", t => t.Field<ulong>("item").Field<int>("quantity").Field<float>("price").Window(TimeSpan.FromDays(1)));
        }
    });

    /// <summary>The purchases of a day, the same at every call.</summary>
    public static IEnumerable<Purchase> Day(int day)
    {
        Random random = new(1000 + day);
        for (ulong id = 0; id < 300; id++)
        {
            yield return new Purchase(
                UserId.From((ulong)random.Next(Users) + 1), FirstDay + (day * DayMs) + random.NextInt64(DayMs),
                ((ulong)day << 32) | id, (ulong)random.Next(50), 1 + random.Next(5));
        }
    }

    /// <summary>What an item costs in a version of the facts; items from 45 on are not known.</summary>
    public static float PriceOf(ulong item, int version) => item + (version / 4f);

    /// <summary>Adds a purchase to a batch of whatever type; only purchases have a quantity.</summary>
    public static void Add(EventBatch batch, Purchase purchase)
    {
        EventRow row = batch.Add(purchase.User, purchase.TimeMs, purchase.Id).Set("item", purchase.Item);
        if (batch.EventType.IndexOf("quantity") >= 0)
        {
            row.Set("quantity", purchase.Quantity);
        }
    }

    /// <summary>Events as a file would give them: one batch, filled again and again.</summary>
    public static async IAsyncEnumerable<EventBatch> Batches(EventTypeSchema type, IEnumerable<Purchase> purchases)
    {
        EventBatch batch = new(type);
        foreach (Purchase[] part in purchases.Chunk(97))
        {
            await Task.Yield();
            batch.Clear();
            foreach (Purchase purchase in part)
            {
                Add(batch, purchase);
            }

            yield return batch;
        }
    }

    public async Task StreamAsync(IEnumerable<Purchase> purchases, string eventType = "purchase")
    {
        EventBatch batch = Store.CreateBatch(eventType);
        foreach (Purchase[] part in purchases.Chunk(50))
        {
            batch.Clear();
            foreach (Purchase purchase in part)
            {
                Add(batch, purchase);
            }

            await Store.AppendAsync(batch);
        }

        await Store.WhenEnrichedAsync();
    }

    /// <summary>Writes a version of the facts about items and returns its path.</summary>
    public string WriteItems(int version)
    {
        string path = Path.Combine(Folder, $"items-{version}.entities");
        EntitySchema schema = EntitySchema.Define("items", t => t.Field<float>("price").Text("title").Vector<Half>("embedding", 8));
        using EntityTableWriter writer = EntityTableWriter.Create(
            path, schema, new EntityWriterOptions { Version = (ulong)version, BlockBytes = 512 });
        Span<Half> embedding = stackalloc Half[8];
        for (ulong item = 0; item < 45; item++)
        {
            embedding.Fill((Half)item);
            EntityRow row = writer.Add(EntityKey.From(item)).Set("price", PriceOf(item, version)).SetVector<Half>("embedding", embedding);
            if (item % 10 == 9)
            {
                row.SetNull("title");
            }
            else
            {
                row.Set("title", string.Create(CultureInfo.InvariantCulture, $"item {item}"));
            }
        }

        writer.Finish();
        return path;
    }

    /// <summary>The price, and what else is asked for, of the item of an event.</summary>
    public static EntityJoin Join(EntityTable items, string eventType, params (string, string)[] columns) =>
        new(items, new EntityJoinOptions
        {
            Name = $"{eventType}_{columns[0].Item2}",
            EventTypes = [eventType],
            Key = "item",
            Columns = columns,
        });

    public string NextSegment() => Path.Combine(Folder, $"{++_segments}.segment");

    public async Task<ImportResult> ImportAsync(OfflineResult result) => await Store.ImportAsync(result.Segment!.Path);

    public async Task ReopenAsync(StoreSchema? schema = null, StoreOptions? options = null)
    {
        await Store.DisposeAsync();
        Store = SignalStore.Open(StorePath, schema ?? Store.Schema, options);
    }

    /// <summary>Every event of a type, newest first per user, each column told with its state.</summary>
    public string[] Tell(string eventType, params string[] columns)
    {
        SequenceQueryBuilder builder = Store.Query(eventType);
        SequenceQuery query = columns.Length > 0 ? builder.Columns(columns).Build() : builder.Build();
        List<string> lines = [];
        for (ulong user = 0; user < Users; user++)
        {
            using Sequence seq = Store.Read(UserId.From(user + 1), query);
            for (int row = 0; row < seq.Count; row++)
            {
                StringBuilder line = new($"{user} {seq.Times[row]} {seq.Ids[row]:x}");
                for (int column = 0; column < query.ColumnNames.Count; column++)
                {
                    line.Append(' ').Append(query.ColumnNames[column]).Append('=').Append(Cell(seq, column, row));
                }

                lines.Add(line.ToString());
            }
        }

        return [.. lines];
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static string Cell(in Sequence seq, int column, int row) => seq.States(seq.Query.ColumnNames[column])[row] switch
    {
        ColumnState.Absent => "absent",
        ColumnState.Null => "null",
        _ => Convert.ToHexString(seq.Buffer.Columns[column].Value(row)),
    };
}
