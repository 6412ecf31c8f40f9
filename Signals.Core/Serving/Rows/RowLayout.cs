using System.Collections.Frozen;
using Signals.Core.Columns;

namespace Signals.Core.Serving.Rows;

/// <summary>The columns of a <see cref="RowSet"/>: first those that are fetched, then those that are computed at serving. Immutable.</summary>
internal sealed class RowLayout
{
    private readonly FrozenDictionary<string, int> _ordinals;

    public RowLayout(string[] names, ColumnType[] types, int fetched)
    {
        Names = names;
        Types = types;
        Fetched = fetched;
        _ordinals = names.Select((name, ordinal) => KeyValuePair.Create(name, ordinal)).ToFrozenDictionary(StringComparer.Ordinal);
    }

    public string[] Names { get; }

    public ColumnType[] Types { get; }

    /// <summary>How many of the columns, from the first, the source brings.</summary>
    public int Fetched { get; }

    public bool TryFind(string name, out int ordinal) => _ordinals.TryGetValue(name, out ordinal);

    /// <exception cref="ArgumentException">There is no such column; the message lists those there are.</exception>
    public int OrdinalOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryFind(name, out int ordinal)
            ? ordinal
            : throw new ArgumentException($"There is no column '{name}'; there are: {string.Join(", ", Names)}.", nameof(name));
    }
}
