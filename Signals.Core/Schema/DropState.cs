namespace Signals.Core.Schema;

/// <summary>Whether a column or an event type was dropped, and since when. Immutable.</summary>
/// <remarks>
/// Until the drop is final, the name belongs to what was dropped, and declaring it takes the drop back. From then on its cells or events
/// may be gone from some files, so it never comes back, and the name is free for another column or event type with an id of its own.
/// </remarks>
internal readonly record struct DropState
{
    private readonly bool _isDropped;

    private DropState(long sinceMs, bool isFinal) => (_isDropped, SinceMs, IsFinal) = (true, sinceMs, isFinal);

    /// <summary>Of something whose cells or events may be left out of new tables.</summary>
    public static DropState Final { get; } = new(0, isFinal: true);

    /// <summary>Of something that was dropped at a time that nobody knows: each opening takes a time to come for its own.</summary>
    public static DropState Unknown { get; } = At(DateTimeOffset.MaxValue.ToUnixTimeMilliseconds());

    public bool IsDropped => _isDropped;

    /// <summary>Whether it can no longer be taken back.</summary>
    public bool IsFinal { get; }

    /// <summary>When it was dropped, in ms since the Unix epoch by the clock, while it is not final.</summary>
    public long SinceMs { get; }

    /// <summary>Of something that was dropped at a time.</summary>
    public static DropState At(long sinceMs) => new(sinceMs, isFinal: false);

    /// <summary>The same at a later opening: final when the grace is over. A clock that was ahead must not keep it for longer.</summary>
    public DropState After(DropTime now)
    {
        if (!IsDropped || IsFinal)
        {
            return this;
        }

        long since = Math.Min(SinceMs, now.ClockMs);
        return now.SteadyMs - since >= now.GraceMs ? Final : At(since);
    }
}
