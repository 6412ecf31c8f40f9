using System.Diagnostics.CodeAnalysis;
using Signals.Storage.Scanning;

namespace Signals.Scanning;

/// <summary>
/// Where a scan stands: behind an event of a user. A scan that is given the token goes on with the events after that one
/// (<see cref="ScanOptions.Resume"/>), in this opening of the store or in a later one. Immutable.
/// </summary>
/// <remarks>
/// The token names a position, not a state of the store: the scan that goes on sees the store of its own beginning. It gives no event
/// before the position, also when some were added there meanwhile. A user who was erased, or whose event was, leaves no gap: the scan
/// goes on with what comes after.
/// </remarks>
public sealed class ScanToken : IEquatable<ScanToken>
{
    internal ScanToken(string eventType, SequenceOrder order, UserId user, long timeMs, ulong id)
    {
        EventType = eventType;
        Order = order;
        User = user;
        TimeMs = timeMs;
        Id = id;
    }

    /// <summary>The event type of the scan.</summary>
    public string EventType { get; }

    /// <summary>The order of the events of a user in the scan.</summary>
    public SequenceOrder Order { get; }

    /// <summary>The user of the last event that the scan gave.</summary>
    public UserId User { get; }

    /// <summary>The time of that event, milliseconds since the Unix epoch, UTC.</summary>
    public long TimeMs { get; }

    /// <summary>The id of that event.</summary>
    public ulong Id { get; }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text is no token, or it was changed.</exception>
    public static ScanToken Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ScanTokenText.Read(text, out string problem)
            ?? throw new FormatException($"The text is no scan token: {problem}. Use a text that ScanToken.ToString wrote.");
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; false when the text is no token, or was changed.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ScanToken? token)
    {
        token = ScanTokenText.Read(text, out _);
        return token is not null;
    }

    /// <summary>The token as text of letters, digits, '-' and '_', for files, URLs and arguments. It holds no secret.</summary>
    public override string ToString() => ScanTokenText.Write(this);

    /// <inheritdoc/>
    public bool Equals(ScanToken? other) => other is not null && EventType == other.EventType && Order == other.Order
        && User == other.User && TimeMs == other.TimeMs && Id == other.Id;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ScanToken);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(EventType, Order, User, TimeMs, Id);
}
