using System.Collections.Frozen;
using Signals.Core.Columns;

namespace Signals.Core.Serving.Rows;

/// <summary>
/// The columns of a <see cref="RowSet"/>: first those that are fetched, of which some are computed where nothing is stored, then those that are
/// computed at serving. Immutable.
/// </summary>
internal sealed class RowLayout
{
    private const int KeyBytes = 32;
    private const int VariableBytes = 32;

    private readonly FrozenDictionary<string, int> _ordinals;
    private readonly bool[] _isComputed;

    /// <param name="names">The columns.</param>
    /// <param name="types">Their types.</param>
    /// <param name="early">How many of them, from the first, are fetched before rows are chosen.</param>
    /// <param name="fetched">How many, from the first, are fetched.</param>
    /// <param name="filled">Those that are fetched and filled by an enricher where nothing is stored.</param>
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

    /// <summary>About as many bytes as the stages' own memory grows by for a row.</summary>
    public int ScratchBytes { get; }

    /// <summary>How many of the columns, from the first, rows are chosen by; the other fetched ones are wide, and brought for chosen rows alone.</summary>
    public int Early { get; }

    /// <summary>How many of the columns, from the first, the source brings.</summary>
    public int Fetched { get; }

    /// <summary>
    /// Whether rows are chosen by fetched columns and code of the library alone, so that the others, and computed columns, are only ever looked at
    /// in chosen rows.
    /// </summary>
    public bool ChoosesFirst { get; init; }

    /// <summary>Whether an enricher fills the column at serving, all of it or what is absent.</summary>
    public bool IsComputed(int ordinal) => _isComputed[ordinal];

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
