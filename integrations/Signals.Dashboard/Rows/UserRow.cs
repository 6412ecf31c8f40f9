namespace Signals.Dashboard.Rows;

/// <summary>An event of a user, as the page shows it. Immutable.</summary>
/// <param name="Type">Its event type.</param>
/// <param name="TimeMs">Its time, milliseconds since the Unix epoch.</param>
/// <param name="Id">Its id.</param>
/// <param name="Cells">Its cells as pieces of JSON, by column; absent ones are left out.</param>
internal sealed record UserRow(EventTypeSchema Type, long TimeMs, ulong Id, IReadOnlyDictionary<string, string> Cells)
    : IComparable<UserRow>
{
    /// <summary>What makes two rows the same event.</summary>
    public RowKey Key => new(Type.Id, TimeMs, Id);

    /// <summary>The newest first; of equal times the higher event type first, then the higher id.</summary>
    public int CompareTo(UserRow? other) => other is null ? -1 : other.Key.CompareTo(Key);
}
