using System.Collections.Frozen;
using Signals.Storage.Reads;

namespace Signals;

/// <summary>
/// A prepared query: which event types, how many events, which range of time, in which order, with which columns.
/// </summary>
/// <remarks>
/// Thread contract: immutable; prepare it once, and use it from any thread for any user. It is made by
/// <see cref="SequenceQueryBuilder"/> and belongs to the store that made it.
/// </remarks>
public sealed class SequenceQuery
{
    private const int KeyBytes = sizeof(long) + sizeof(ulong) + sizeof(ushort);

    private readonly FrozenDictionary<string, int> _ordinals;

    internal SequenceQuery(QueryType[] types, string[] names, ColumnType[] columns, int early)
    {
        Types = types;
        ColumnNames = names;
        Columns = columns;
        Early = early;
        RowBytes = KeyBytes + columns.Sum(column => 1 + (column.IsVariable ? VariableSlot.Bytes : column.Width));
        HasVariable = Array.Exists(columns, column => column.IsVariable);
        NeedsNow = Array.Exists(types, type => type.EventType.MaxAge is not null);
        _ordinals = names.Select((name, ordinal) => KeyValuePair.Create(name, ordinal)).ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>At most this many events over all types; the newest are kept.</summary>
    public int Last { get; internal init; }

    /// <summary>Only events at or after this time, in milliseconds since the Unix epoch, UTC.</summary>
    public long FromMs { get; internal init; }

    /// <summary>Only events before this time, in milliseconds since the Unix epoch, UTC.</summary>
    public long ToMs { get; internal init; }

    /// <summary>Newest or oldest first.</summary>
    public SequenceOrder Order { get; internal init; }

    /// <summary>The output columns, in order.</summary>
    public IReadOnlyList<string> ColumnNames { get; }

    internal QueryType[] Types { get; }

    /// <summary>Whether a type has an age limit, so that reading needs the current time.</summary>
    internal bool NeedsNow { get; }

    internal ColumnType[] Columns { get; }

    /// <summary>Bytes of one row of an answer, without the values of columns of variable length.</summary>
    internal int RowBytes { get; }

    internal bool HasVariable { get; }

    /// <summary>How many of the columns, from the first, are needed before rows are chosen.</summary>
    internal int Early { get; }

    /// <summary>The position of a column in <see cref="ColumnNames"/>.</summary>
    /// <exception cref="ArgumentException">The query has no such column; the message lists the columns that it has.</exception>
    public int OrdinalOf(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return _ordinals.TryGetValue(column, out int ordinal)
            ? ordinal
            : throw new ArgumentException($"The query has no column '{column}'; it has {Describe(ColumnNames)}.", nameof(column));
    }

    private static string Describe(IReadOnlyList<string> names) =>
        names.Count == 0 ? "none" : string.Join(", ", names.Select(name => $"'{name}'"));
}
