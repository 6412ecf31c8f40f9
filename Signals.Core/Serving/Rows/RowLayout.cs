using System.Collections.Frozen;

namespace Signals.Core.Serving.Rows;

/// <summary>
/// The columns of a <see cref="Signals.Serving.RowSet"/>: first the fetched columns, then those that are computed at serving.
/// Some of the fetched columns are computed in rows where nothing is stored. Immutable.
/// </summary>
internal sealed class RowLayout
{
    private const int KeyBytes = 32;
    private const int VariableBytes = 32;

    private readonly FrozenDictionary<string, int> _ordinals;
    private readonly bool[] _isComputed;

    /// <param name="names">The columns.</param>
    /// <param name="types">Their types.</param>
    /// <param name="early">How many of the columns, from the first, are fetched before rows are chosen.</param>
    /// <param name="fetched">How many of the columns, from the first, are fetched.</param>
    /// <param name="filled">The fetched columns that an enricher fills where nothing is stored.</param>
    public RowLayout(string[] names, ColumnType[] types, int early, int fetched, params ReadOnlySpan<string> filled)
    {
        Names = names;
        Types = types;
        Early = early;
        Fetched = fetched;
        _ordinals = names.Select((name, ordinal) => KeyValuePair.Create(name, ordinal)).ToFrozenDictionary(StringComparer.Ordinal);
        ScratchBytes = KeyBytes + types.Sum(type => 1 + (type.IsVariable ? VariableBytes : type.Width));
        _isComputed = new bool[names.Length];
        _isComputed.AsSpan(fetched).Fill(true);
        foreach (string name in filled)
        {
            _isComputed[_ordinals[name]] = true;
        }
    }

    public string[] Names { get; }

    public ColumnType[] Types { get; }

    /// <summary>The approximate number of bytes by which the stages' own memory grows for each row.</summary>
    public int ScratchBytes { get; }

    /// <summary>
    /// How many of the columns, from the first, are fetched before rows are chosen. The other fetched columns are wide, and are
    /// only fetched for chosen rows.
    /// </summary>
    public int Early { get; }

    /// <summary>How many of the columns, from the first, come from the source.</summary>
    public int Fetched { get; }

    /// <summary>
    /// Whether only fetched columns and code of the library decide which rows are chosen. The other columns, and computed ones,
    /// are then only read in chosen rows.
    /// </summary>
    public bool ChoosesFirst { get; init; }

    /// <summary>Whether an enricher fills the column at serving, in all rows or in those where it is absent.</summary>
    public bool IsComputed(int ordinal) => _isComputed[ordinal];

    public bool TryFind(string name, out int ordinal) => _ordinals.TryGetValue(name, out ordinal);

    /// <exception cref="ArgumentException">There is no such column. The message lists the columns that exist.</exception>
    public int OrdinalOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryFind(name, out int ordinal)
            ? ordinal
            : throw new ArgumentException($"There is no column '{name}'; the columns are: {string.Join(", ", Names)}.", nameof(name));
    }
}
