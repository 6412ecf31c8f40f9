using Signals.Samples.ConsoleHost.Reporting;

namespace Signals.Samples.ConsoleHost.Verification;

/// <summary>
/// Compares a store with a model: every user, every type, every event, every column, and each user's types merged by time.
/// One thread; the store may flush and compact meanwhile, but must not take events.
/// </summary>
internal sealed class StoreVerifier(EventModel model, TimeProvider time)
{
    private const int MergedEvents = 200;

    /// <summary>Compares everything.</summary>
    /// <param name="store">The store.</param>
    /// <param name="isCompacted">True when nothing was appended since the last full compaction: then the rows are counted, too.</param>
    public Differences Compare(SignalStore store, bool isCompacted)
    {
        Differences differences = new();
        SequenceQuery[] queries = [.. model.Schema.EventTypes.Select(type => AllOf(store, type))];
        ColumnView[][] views = [.. model.Schema.EventTypes.Select(Views)];
        SequenceQuery merged = store.Query([.. model.Schema.EventTypes.Select(type => type.Name)]).Last(MergedEvents).Columns().Build();
        foreach (UserId user in model.Users)
        {
            // Types that the user has no events of are read as well: nothing must be there.
            foreach (EventTypeSchema type in model.Schema.EventTypes)
            {
                CompareType(store, new ModelKey(user, type.Id), queries[type.Id], views[type.Id], differences);
            }
            CompareMerged(store, user, merged, differences);
        }
        CompareStranger(store, merged, differences);
        if (isCompacted)
        {
            CompareTotal(store, differences);
        }
        return differences;
    }

    private static SequenceQuery AllOf(SignalStore store, EventTypeSchema type) =>
        store.Query(type.Name).Columns([.. type.Columns.Select(column => column.Name)]).Build();

    private static ColumnView[] Views(EventTypeSchema type) => [.. type.Columns.Select(c => ColumnView.For(c.Name, c.Type))];

    private void CompareType(SignalStore store, ModelKey key, SequenceQuery query, ColumnView[] views, Differences differences)
    {
        EventTypeSchema type = model.Schema.EventTypes[key.EventType];
        ReadOnlySpan<ModelRow> rows = model.Rows(key);
        int most = EventModel.Visible(type, rows, NowMs());
        using Sequence sequence = store.Read(key.User, query);
        // Events may expire between the two clock readings; whatever the store returned must lie between the two answers.
        int least = EventModel.Visible(type, rows, NowMs());
        if (sequence.Count < least || sequence.Count > most)
        {
            differences.Add($"{Name(key)}: {sequence.Count} events, expected {most}");
        }
        if (least > 0 && sequence.Status != SequenceStatus.Complete)
        {
            differences.Add($"{Name(key)}: status {sequence.Status}, expected {SequenceStatus.Complete}");
        }
        for (int i = 0; i < Math.Min(sequence.Count, most); i++)
        {
            if (sequence.Times[i] != rows[i].TimeMs || sequence.Ids[i] != rows[i].Id)
            {
                differences.Add($"{Name(key)}: event {i} is {sequence.Times[i]}/{sequence.Ids[i]}, "
                    + $"expected {rows[i].TimeMs}/{rows[i].Id}");
                return; // every later event would differ as well
            }
        }
        CompareColumns(key, type, rows[..Math.Min(sequence.Count, most)], sequence, views, differences);
    }

    private void CompareColumns(
        ModelKey key, EventTypeSchema type, ReadOnlySpan<ModelRow> rows, in Sequence sequence, ColumnView[] views, Differences differences)
    {
        for (int row = 0; row < rows.Length; row++)
        {
            ReadOnlySpan<byte> cells = model.Cells(rows[row]);
            for (int column = 0; column < views.Length; column++)
            {
                ColumnState expected = ModelCells.Read(ref cells, out ReadOnlySpan<byte> value);
                ColumnState found = sequence.States(views[column].Name)[row];
                ReadOnlySpan<byte> bytes = found == ColumnState.Value ? views[column].Bytes(sequence, row) : default;
                if (found == expected && bytes.SequenceEqual(value))
                {
                    continue;
                }
                ColumnType kind = type.Columns[column].Type;
                differences.Add(!differences.WantsMore ? "" : $"{Name(key)}: event {rows[row].TimeMs}/{rows[row].Id}, column "
                    + $"'{views[column].Name}' is {ValueText.Format(kind, found, bytes)}, "
                    + $"expected {ValueText.Format(kind, expected, value)}");
            }
        }
    }

    private void CompareMerged(SignalStore store, UserId user, SequenceQuery query, Differences differences)
    {
        long before = NowMs();
        using Sequence sequence = store.Read(user, query);
        List<(long TimeMs, ushort Type, ulong Id)> most = Merged(user, before);
        List<(long TimeMs, ushort Type, ulong Id)> least = Merged(user, NowMs());
        if (sequence.Count < least.Count || sequence.Count > most.Count)
        {
            differences.Add($"user {user}, all types merged: {sequence.Count} events, expected {most.Count}");
        }
        for (int i = 0; i < Math.Min(sequence.Count, most.Count); i++)
        {
            (long timeMs, ushort type, ulong id) = most[i];
            ushort stored = store.Schema[model.Schema.EventTypes[type].Name].Id;
            if (sequence.Times[i] != timeMs || sequence.Ids[i] != id || sequence.EventTypes[i] != stored)
            {
                differences.Add($"user {user}, all types merged: event {i} is type {sequence.EventTypes[i]} "
                    + $"{sequence.Times[i]}/{sequence.Ids[i]}, expected type {stored} {timeMs}/{id}");
                return;
            }
        }
    }

    private List<(long TimeMs, ushort Type, ulong Id)> Merged(UserId user, long nowMs)
    {
        List<(long TimeMs, ushort Type, ulong Id)> all = [];
        foreach (EventTypeSchema type in model.Schema.EventTypes)
        {
            ReadOnlySpan<ModelRow> rows = model.Rows(new ModelKey(user, type.Id));
            foreach (ModelRow row in rows[..Math.Min(EventModel.Visible(type, rows, nowMs), MergedEvents)])
            {
                all.Add((row.TimeMs, type.Id, row.Id));
            }
        }
        all.Sort(static (a, b) => a.TimeMs != b.TimeMs ? b.TimeMs.CompareTo(a.TimeMs)
            : a.Type != b.Type ? a.Type.CompareTo(b.Type)
            : a.Id.CompareTo(b.Id));
        return all.Count > MergedEvents ? all[..MergedEvents] : all;
    }

    /// <summary>A user that nobody has seen must be said to be unknown.</summary>
    private void CompareStranger(SignalStore store, SequenceQuery query, Differences differences)
    {
        UserId stranger = new(0x5EED, 1);
        while (model.Schema.EventTypes.Any(type => !model.Rows(new ModelKey(stranger, type.Id)).IsEmpty))
        {
            stranger = new UserId(stranger.High, stranger.Low + 1);
        }
        using Sequence sequence = store.Read(stranger, query);
        if (sequence.Count != 0 || sequence.Status != SequenceStatus.UnknownUser)
        {
            differences.Add($"a user without events: {sequence.Count} events with status {sequence.Status}, "
                + $"expected none with {SequenceStatus.UnknownUser}");
        }
    }

    /// <summary>
    /// Users that the model does not know cannot be asked for, but their rows would be in the tables: there may be no more rows
    /// than events, and no fewer than reads return.
    /// </summary>
    private void CompareTotal(SignalStore store, Differences differences)
    {
        StoreStats stats = store.GetStats();
        long rows = stats.TableRows + stats.MemTableRows;
        long visible = 0;
        foreach (ModelKey key in model.Keys)
        {
            visible += EventModel.Visible(model.Schema.EventTypes[key.EventType], model.Rows(key), NowMs());
        }
        if (rows < visible || rows > model.Count)
        {
            differences.Add($"the tables hold {rows} rows, expected {visible} to {model.Count}");
        }
    }

    private long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private string Name(ModelKey key) => $"user {key.User}, {model.Schema.EventTypes[key.EventType].Name}";
}
