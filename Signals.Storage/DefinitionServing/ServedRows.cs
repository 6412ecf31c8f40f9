using Signals.Core.DefinitionVersions;
using Signals.Serving;

namespace Signals.Storage.DefinitionServing;

/// <summary>
/// An answer in the form that comparisons use. Thread contract: one thread. Lifetime: valid as long as the lease.
/// </summary>
internal sealed class ServedRows(ServedSequence sequence) : ISequenceRows
{
    private readonly string[] _names = [.. sequence.Definition.Columns.Select(column => column.Name)];

    public ReadOnlySpan<long> Times => sequence.Times;

    public ReadOnlySpan<ulong> Ids => sequence.Ids;

    public ReadOnlySpan<ushort> EventTypes => sequence.EventTypes;

    public IReadOnlyList<string> ColumnNames => _names;

    public ColumnState StateOf(int column, int row) => (ColumnState)sequence.Column(_names[column]).RowStates[row];

    public ReadOnlySpan<byte> ValueOf(int column, int row) => sequence.Column(_names[column]).GetValue(row);
}
