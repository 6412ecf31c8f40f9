using System.Runtime.InteropServices;

namespace Signals.Samples.ConsoleHost.Verification;

/// <summary>
/// What the store ought to hold, kept in a plain dictionary: (user, type) to events. Knows nothing of logs, tables or merging
/// files, so an error of the store is not repeated here. One thread: add everything, then ask.
/// </summary>
internal sealed class EventModel(StoreSchema schema)
{
    private readonly Dictionary<ModelKey, List<ModelRow>> _events = [];
    private readonly ModelBytes _cells = new();
    private bool _sorted;

    /// <summary>The types and columns of the events.</summary>
    public StoreSchema Schema => schema;

    /// <summary>Users and their types.</summary>
    public IReadOnlyCollection<ModelKey> Keys => _events.Keys;

    /// <summary>Users, each once.</summary>
    public IReadOnlyList<UserId> Users => [.. _events.Keys.Select(key => key.User).Distinct()];

    /// <summary>Events that came more than once, counted each time after the first. Known once <see cref="Rows"/> was asked.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Distinct events.</summary>
    public long Count { get; private set; }

    /// <summary>Adds an event, a duplicate too.</summary>
    public void Add(SingleEvent single)
    {
        Span<byte> cells = _cells.Add(ModelCells.Size(single), out long position);
        ModelCells.Write(single, cells);
        ModelKey key = new(single.User, single.EventType.Id);
        ref List<ModelRow>? rows = ref CollectionsMarshal.GetValueRefOrAddDefault(_events, key, out _);
        rows ??= [];
        rows.Add(new ModelRow(single.TimeMs, single.Id, position));
    }

    /// <summary>The distinct events of a user and type, newest first, ids ascending within a time; nothing is trimmed.</summary>
    public ReadOnlySpan<ModelRow> Rows(ModelKey key)
    {
        SortAll();
        return _events.TryGetValue(key, out List<ModelRow>? rows) ? CollectionsMarshal.AsSpan(rows) : default;
    }

    /// <summary>The columns of an event, to be read with <see cref="ModelCells.Read"/>.</summary>
    public ReadOnlySpan<byte> Cells(in ModelRow row) => _cells.From(row.Columns);

    /// <summary>
    /// How many of <paramref name="rows"/> a read at <paramref name="nowMs"/> returns: those within the type's max age, at most
    /// its last-N. Both cut at the old end, so the answer is a prefix.
    /// </summary>
    public static int Visible(EventTypeSchema type, ReadOnlySpan<ModelRow> rows, long nowMs)
    {
        int visible = Math.Min(rows.Length, type.KeepLast);
        if (type.MaxAge is { } age)
        {
            long oldest = nowMs - (long)age.TotalMilliseconds;
            while (visible > 0 && rows[visible - 1].TimeMs < oldest)
            {
                visible--;
            }
        }
        return visible;
    }

    private void SortAll()
    {
        if (_sorted)
        {
            return;
        }
        _sorted = true;
        foreach ((ModelKey key, List<ModelRow> rows) in _events)
        {
            rows.Sort(static (a, b) => a.TimeMs != b.TimeMs ? b.TimeMs.CompareTo(a.TimeMs) : a.Id.CompareTo(b.Id));
            MergeCopies(rows, schema.EventTypes[key.EventType].Columns.Count);
            Count += rows.Count;
        }
    }

    private void MergeCopies(List<ModelRow> rows, int columns)
    {
        int kept = 0;
        for (int i = 1; i < rows.Count; i++)
        {
            ModelRow last = rows[kept];
            if (rows[i].TimeMs == last.TimeMs && rows[i].Id == last.Id)
            {
                rows[kept] = last with { Columns = Merge(last.Columns, rows[i].Columns, columns) };
                Duplicates++;
            }
            else
            {
                rows[++kept] = rows[i];
            }
        }
        rows.RemoveRange(kept + 1, rows.Count - kept - 1);
    }

    private long Merge(long first, long second, int columns)
    {
        int size1 = ModelCells.Size(_cells.From(first), columns);
        int size2 = ModelCells.Size(_cells.From(second), columns);
        if (_cells.From(first)[..size1].SequenceEqual(_cells.From(second)[..size2]))
        {
            return first;
        }
        Span<byte> merged = _cells.Add(size1 + size2, out long position);
        ModelCells.Merge(_cells.From(first), _cells.From(second), columns, merged);
        return position;
    }
}
