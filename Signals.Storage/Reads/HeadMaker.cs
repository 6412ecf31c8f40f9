using Signals.Storage.Heads;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>Makes the heads of users that are read: from the answer that was just given, or by a read of its own.</summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused. The caller is inside the epoch of the read. A head that is made from an answer
/// has at least the memtable rows that the view had when the read began; rows that came meanwhile may be in it, too, and change nothing
/// when they are added again.
/// </remarks>
internal sealed class HeadMaker(HeadCache heads)
{
    private const int RowUnit = 32;
    private const int LeastGrowth = 8;

    private SequenceBuffer? _buffer;
    private (HeadLayout Layout, SequenceQuery Query)[] _queries = [];

    public long HeldBytes => _buffer?.HeldBytes ?? 0;

    /// <summary>
    /// Whether to make a head after a read that no head answered. Retracted events count towards last-N, but a head does not have them.
    /// One that was too short for the query is made anew only if a longer one is enough.
    /// </summary>
    /// <param name="read">The read.</param>
    /// <param name="slot">The place of the event type in the query.</param>
    /// <param name="answer">What the head said.</param>
    /// <param name="rows">How many rows the answer has of the type.</param>
    public bool ShouldMake(in UserRead read, int slot, HeadAnswer answer, int rows)
    {
        QueryType type = read.Query.Types[slot];
        TimeBounds bounds = read.BoundsOf(slot, out _);
        int wanted = Math.Min(bounds.Last, bounds.Keep);
        if (wanted <= 0 || answer is HeadAnswer.Complete or HeadAnswer.Busy
            || type.MapTo(heads).Layout is not HeadLayout layout || !heads.HasRoomFor(layout, RowsFor(wanted))
            || ((rows == 0 || bounds.Keep < int.MaxValue) && read.View.Tables.HasRetractions(type.EventType.Id)))
        {
            return false;
        }

        bool helps = answer == HeadAnswer.Missing
            || (bounds.To == long.MaxValue && wanted <= HeadLayout.MostRows);
        return helps && heads.Admits(MemIndex.Hash(read.User.Hash64, type.EventType.Id));
    }

    /// <summary>
    /// Whether the answer to a query of one type, newest first, has what a head needs: all columns, and no limits of time but what is
    /// hidden anyway.
    /// </summary>
    public bool IsEnough(in UserRead read, int rows)
    {
        TimeBounds bounds = read.BoundsOf(0, out long hiddenTo);
        return read.Query.Types[0].MapTo(heads).Sources is not null && bounds.To == long.MaxValue && bounds.From <= hiddenTo + 1
            && (bounds.Last <= HeadLayout.MostRows || (rows < bounds.Last && rows <= HeadLayout.MostRows));
    }

    /// <summary>Makes a head of an answer that <see cref="IsEnough"/>.</summary>
    /// <param name="read">The read.</param>
    /// <param name="mark">What was in memtables before the read.</param>
    /// <param name="buffer">The answer.</param>
    /// <param name="first">Its first row.</param>
    public void MakeFrom(in UserRead read, HeadMark mark, SequenceBuffer buffer, int first)
    {
        QueryType type = read.Query.Types[0];
        TimeBounds bounds = read.BoundsOf(0, out _);
        HeadMap map = type.MapTo(heads);
        HeadLayout layout = map.Layout!;
        int count = buffer.Times.Count - first;
        if (map.Sources is null || (count == 0 && read.View.Tables.HasRetractions(type.EventType.Id)))
        {
            return; // the layout has grown meanwhile, or the user may be known although no event is left
        }

        bool isWhole = count < Math.Min(bounds.Keep, bounds.Last);
        ReadOnlySpan<long> times = buffer.Times.Span[first..];
        bool grows = isWhole && read.RowsInMemory(layout.Type.Id) > 0;
        int room = grows ? RoomToGrow(count, RowsFor(Math.Min(bounds.Keep, bounds.Last))) : count;
        int capacity = HeadLayout.CapacityFor(room);
        if (!heads.TryDraft(layout, read.User, count, capacity, out HeadDraft draft))
        {
            return;
        }

        try
        {
            times.CopyTo(draft.Times);
            buffer.Ids.Span[first..].CopyTo(draft.Ids);
            for (int i = 0; i < map.Sources.Length; i++)
            {
                ColumnOutput column = buffer.Columns[map.Sources[i]];
                column.Values[(first * column.Type.Width)..].CopyTo(draft.Values(i));
                column.States[first..].CopyTo(draft.States(i));
            }
        }
        catch
        {
            heads.Abandon(draft);
            throw;
        }

        long coversFrom = isWhole ? bounds.From : times.IsEmpty ? long.MaxValue : times[^1] + 1;
        heads.Put(draft, HeadCache.GenerationOf(layout, read.View.Tables), mark, coversFrom, isWhole);
    }

    /// <summary>
    /// Reads a user's newest events of a type, with all columns that heads of the type have, and makes a head of them. When they cannot be
    /// read there is no head: the read that asked is answered already, and one that asks for these rows meets the error itself.
    /// </summary>
    /// <param name="read">The read.</param>
    /// <param name="slot">The place of the event type in the query.</param>
    public void Make(in UserRead read, int slot)
    {
        try
        {
            ReadAndMake(read, slot);
        }
        catch (Exception error) when (error is SignalsException or IOException or OutOfMemoryException)
        {
            heads.CountFailure(); // nothing was changed
        }
    }

    private void ReadAndMake(in UserRead read, int slot)
    {
        if (read.Query.Types[slot].MapTo(heads).Layout is not HeadLayout layout)
        {
            return;
        }

        TimeBounds bounds = read.BoundsOf(slot, out _);
        SequenceQuery query = QueryOf(layout);
        TypeLimits newest = new(query.FromMs, query.ToMs, RowsFor(Math.Min(bounds.Last, bounds.Keep)));
        UserRead own = new(read.View, read.User, read.ErasedTo, read.NowMs, query, [newest]);
        _buffer ??= new SequenceBuffer(new AgingPool<SequenceBuffer>(0), heads: null);
        _buffer.Begin(query, isLate: false);
        HeadMark mark = HeadCatchUp.Mark(own.View.Active, own.User, own.User.Hash64, layout.Type.Id);
        _buffer.Assembler.Append(own.View, own.User, own.ErasedTo, own.NowMs, own.Limits);
        MakeFrom(own, mark, _buffer, first: 0);
    }

    // A whole head that is full must be made anew, so a user whose events are coming in gets room.
    private static int RoomToGrow(int rows, int most) => Math.Max(rows, Math.Min(rows + Math.Max(rows / 4, LeastGrowth), most));

    private static int RowsFor(int wanted) => (int)Math.Min(HeadLayout.MostRows, ((long)wanted + RowUnit - 1) / RowUnit * RowUnit);

    private SequenceQuery QueryOf(HeadLayout layout)
    {
        int type = layout.Type.Id;
        if (type >= _queries.Length)
        {
            Array.Resize(ref _queries, type + 1);
        }

        if (!ReferenceEquals(_queries[type].Layout, layout))
        {
            _queries[type] = (layout, NewQuery(layout));
        }

        return _queries[type].Query;
    }

    private static SequenceQuery NewQuery(HeadLayout layout)
    {
        ColumnType[] columns = [.. layout.Columns.Select(column => layout.Type.Columns[column].Type)];
        string[] names = [.. layout.Columns.Select(column => layout.Type.Columns[column].Name)];
        QueryType type = new(layout.Type, HeadLayout.MostRows, layout.Columns, layout.Columns, layout.Columns);
        return new SequenceQuery([type], names, columns, columns.Length)
        {
            Last = HeadLayout.MostRows,
            FromMs = long.MinValue,
            ToMs = long.MaxValue,
            Order = SequenceOrder.NewestFirst,
        };
    }
}
