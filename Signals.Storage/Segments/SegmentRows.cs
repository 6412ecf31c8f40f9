using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Segments;

/// <summary>
/// Walks rows in the order of a segment: window, user, time descending, id. Rows of one identity are adjacent, in no promised order.
/// One thread. What it shows is valid until the next move.
/// </summary>
internal abstract class SegmentRows
{
    /// <summary>Start of the row's time window, ms.</summary>
    public long Window { get; protected set; }

    /// <summary>The row's user.</summary>
    public UserId User { get; protected set; }

    /// <summary>The row's time, ms.</summary>
    public long Time { get; protected set; }

    /// <summary>The row's event id.</summary>
    public ulong Id { get; protected set; }

    /// <summary>What the row says beside its cells.</summary>
    public RowMarks Marks { get; protected set; }

    /// <summary>Hold the row's cells, by column id. A column without any row is Absent in all.</summary>
    public abstract ReadOnlySpan<ColumnBuffer> Columns { get; }

    /// <summary>Where the row is in <see cref="Columns"/>.</summary>
    public int Row { get; protected set; }

    /// <summary>Moves to the next row, at first to the first; false at the end.</summary>
    public abstract bool MoveNext();

    /// <summary>Whether both stand at rows of one user in one window.</summary>
    public bool SameUser(long window, UserId user) => Window == window && User == user;

    /// <summary>Whether this row comes before that of <paramref name="other"/>.</summary>
    public bool Precedes(SegmentRows other) => Window != other.Window ? Window < other.Window
        : User != other.User ? User < other.User
        : Time != other.Time ? Time > other.Time
        : Id < other.Id;
}
