namespace Signals.Core.Schema;

/// <summary>Whether a column was dropped, and since when. Immutable.</summary>
/// <remarks>
/// Until the drop is final, the name belongs to the column, and declaring it takes the drop back. From then on its cells may be gone from
/// some files, so it never comes back, and the name is free for another column with an id of its own.
/// </remarks>
internal readonly record struct ColumnDrop
{
    private readonly bool _isDropped;

    private ColumnDrop(long sinceMs, bool isFinal) => (_isDropped, SinceMs, IsFinal) = (true, sinceMs, isFinal);

    /// <summary>Of a column whose cells may be left out of new tables.</summary>
    public static ColumnDrop Final { get; } = new(0, isFinal: true);

    public bool IsDropped => _isDropped;

    /// <summary>Whether it can no longer be taken back.</summary>
    public bool IsFinal { get; }

    /// <summary>When it was dropped, in ms since the Unix epoch by the clock, while it is not final.</summary>
    public long SinceMs { get; }

    /// <summary>Of a column that was dropped at a time.</summary>
    public static ColumnDrop At(long sinceMs) => new(sinceMs, isFinal: false);

    /// <summary>The same at a later opening: final when the grace is over. A clock that was ahead must not keep it for longer.</summary>
    public ColumnDrop After(DropTime now)
    {
        if (!IsDropped || IsFinal)
        {
            return this;
        }

        long since = Math.Min(SinceMs, now.ClockMs);
        return now.SteadyMs - since >= now.GraceMs ? Final : At(since);
    }
}
