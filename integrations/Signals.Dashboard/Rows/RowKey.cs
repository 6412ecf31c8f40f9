namespace Signals.Dashboard.Rows;

/// <summary>The identity of one user's event. Ordered as definitions go through events, the oldest first.</summary>
internal readonly record struct RowKey(ushort Type, long TimeMs, ulong Id) : IComparable<RowKey>
{
    public int CompareTo(RowKey other) => (TimeMs, Type, Id).CompareTo((other.TimeMs, other.Type, other.Id));
}
