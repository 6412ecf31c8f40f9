using Signals.Core.Columns;

namespace Signals.Storage.Segments;

/// <summary>
/// Walks rows in the order of a segment: window, user, time descending, id. Rows of one identity are adjacent, in no particular
/// order. Thread contract: one thread. The current row is valid until the next move.
/// </summary>
internal abstract class SegmentRows
{
    /// <summary>The start of the row's time window in ms.</summary>
    public long Window { get; protected set; }

    /// <summary>The user of the row.</summary>
    public UserId User { get; protected set; }

    /// <summary>The time of the row in ms.</summary>
    public long Time { get; protected set; }

    /// <summary>The event id of the row.</summary>
    public ulong Id { get; protected set; }

    /// <summary>What the row says about its event apart from its cells.</summary>
    public RowMarks Marks { get; protected set; }

    /// <summary>The buffers that hold the cells of the row, by column id. A column without rows is Absent in all rows.</summary>
    public abstract ReadOnlySpan<ColumnBuffer> Columns { get; }

    /// <summary>The index of the row in <see cref="Columns"/>.</summary>
    public int Row { get; protected set; }

    /// <summary>Moves to the next row; the first call moves to the first row. False at the end.</summary>
    public abstract bool MoveNext();

    /// <summary>Whether the current row belongs to this window and user.</summary>
    public bool SameUser(long window, UserId user) => Window == window && User == user;

    /// <summary>Whether this row comes before the current row of <paramref name="other"/>.</summary>
    public bool Precedes(SegmentRows other) => Window != other.Window ? Window < other.Window
        : User != other.User ? User < other.User
        : Time != other.Time ? Time > other.Time
        : Id < other.Id;
}
