using System.Globalization;

namespace Signals.Core.Model;

/// <summary>
/// A position in the stream of a store, which is the sequence of all its records: how many bytes of records lie before it. Appends
/// are acknowledged up to a position, and a flush, a commit and a read of the past end at one.
/// </summary>
/// <remarks>
/// Thread contract: immutable. A field that several threads use holds the number, because only numbers are read and written whole.
/// The ring counts its own offsets from 0 at each opening; they are not stream positions.
/// </remarks>
/// <param name="Value">The number of bytes; not negative in a store that is whole.</param>
internal readonly record struct StreamPosition(long Value) : IComparable<StreamPosition>
{
    /// <summary>The position before the first record, and that of log entries outside a store's stream.</summary>
    public static StreamPosition Start => default;

    /// <summary>A position that no stream reaches.</summary>
    public static StreamPosition Greatest => new(long.MaxValue);

    /// <summary>The earlier of two positions.</summary>
    public static StreamPosition Min(StreamPosition one, StreamPosition other) => one < other ? one : other;

    /// <summary>The later of two positions.</summary>
    public static StreamPosition Max(StreamPosition one, StreamPosition other) => one > other ? one : other;

    /// <inheritdoc/>
    public int CompareTo(StreamPosition other) => Value.CompareTo(other.Value);

    /// <summary>The number, as messages print it.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether the left position comes before the right one.</summary>
    public static bool operator <(StreamPosition left, StreamPosition right) => left.Value < right.Value;

    /// <summary>Whether the left position comes after the right one.</summary>
    public static bool operator >(StreamPosition left, StreamPosition right) => left.Value > right.Value;

    /// <summary>Whether the left position is the right one or comes before it.</summary>
    public static bool operator <=(StreamPosition left, StreamPosition right) => left.Value <= right.Value;

    /// <summary>Whether the left position is the right one or comes after it.</summary>
    public static bool operator >=(StreamPosition left, StreamPosition right) => left.Value >= right.Value;

    /// <summary>The position that many bytes later.</summary>
    public static StreamPosition operator +(StreamPosition position, long bytes) => new(position.Value + bytes);

    /// <summary>How many bytes lie between two positions.</summary>
    public static long operator -(StreamPosition left, StreamPosition right) => left.Value - right.Value;
}
