namespace Signals.Scanning;

/// <summary>
/// What a scan gives of one event type. Without settings it gives every event of every user with every column. Checked when the scan
/// begins. Immutable.
/// </summary>
public sealed class ScanOptions
{
    /// <summary>
    /// The columns, in the order of their ordinals in a batch; null for all columns of the type. An empty list gives users, times and
    /// ids alone. Columns that are not named are not read.
    /// </summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Only events at or after this time; null for all. Whole milliseconds count.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only events before this time; null for all. Whole milliseconds count.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>
    /// Only these users, in any order; copies count once. Null for all. A scan of few users reads only the blocks that hold them.
    /// </summary>
    public IReadOnlyCollection<UserId>? Users { get; init; }

    /// <summary>Only this user and those after it in the order of ids; null for no limit.</summary>
    public UserId? FromUser { get; init; }

    /// <summary>Only users before this one in the order of ids; null for no limit.</summary>
    public UserId? ToUser { get; init; }

    /// <summary>
    /// The order of the events of a user. Users come in the order of their ids. <see cref="SequenceOrder.NewestFirst"/> is how events
    /// lie in a store, and faster: time descending, then id ascending. <see cref="SequenceOrder.OldestFirst"/> is exactly the reverse
    /// within each user: time ascending, then id descending.
    /// </summary>
    public SequenceOrder Order { get; init; }

    /// <summary>How many events a batch has at most. Default 8,192, at most 1,048,576.</summary>
    public int BatchRows { get; init; } = 8_192;

    /// <summary>
    /// How many bytes the keys and columns of a batch take at most; a batch ends earlier than <see cref="BatchRows"/> where its events
    /// are large. One event is always given whole, so it may be larger alone. Default 64 MiB, at most 1 GiB.
    /// </summary>
    public long BatchBytes { get; init; } = 64L << 20;

    /// <summary>
    /// Where to go on: <see cref="EventScan.Token"/> of an earlier scan of the same event type in the same <see cref="Order"/>, of this
    /// store or of another opening of it. Null to begin at the first user. Users and times that the other options leave out stay left
    /// out.
    /// </summary>
    public ScanToken? Resume { get; init; }

    internal const int MaxBatchRows = 1 << 20;

    internal const long MaxBatchBytes = 1L << 30;

    internal long FromMs => From?.ToUnixTimeMilliseconds() ?? long.MinValue;

    internal long ToMs => To?.ToUnixTimeMilliseconds() ?? long.MaxValue;

    /// <summary>Checks what does not depend on the store.</summary>
    internal void Validate(EventTypeSchema eventType)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchRows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchRows, MaxBatchRows);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchBytes, MaxBatchBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FromMs, ToMs, nameof(From));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((byte)Order, (byte)SequenceOrder.OldestFirst, nameof(Order));
        if (Resume is { } token && (!eventType.IsCalled(token.EventType) || token.Order != Order))
        {
            throw new ArgumentException(
                $"The token goes on with a scan of '{token.EventType}', {token.Order}; this is a scan of '{eventType.Name}', {Order}. "
                + "Resume with the same event type and order, or begin without a token.");
        }
    }
}
