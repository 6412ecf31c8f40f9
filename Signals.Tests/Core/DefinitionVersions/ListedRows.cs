using System.Text;
using Signals.Core.DefinitionVersions;

namespace Signals.Tests.Core.DefinitionVersions;

/// <summary>
/// A sequence written down: event ids, and per column a text for each row, <c>null</c> for null. Times and types follow the ids.
/// </summary>
internal sealed class ListedRows(ulong[] ids, params (string Name, string?[] Values)[] columns) : ISequenceRows
{
    private readonly long[] _times = [.. ids.Select(id => 1000 - (long)id)];
    private readonly ushort[] _types = new ushort[ids.Length];

    public ReadOnlySpan<long> Times => _times;

    public ReadOnlySpan<ulong> Ids => ids;

    public ReadOnlySpan<ushort> EventTypes => _types;

    public IReadOnlyList<string> ColumnNames { get; } = [.. columns.Select(column => column.Name)];

    public ColumnState StateOf(int column, int row) => columns[column].Values[row] is null ? ColumnState.Null : ColumnState.Value;

    public ReadOnlySpan<byte> ValueOf(int column, int row) => Encoding.UTF8.GetBytes(columns[column].Values[row]!);
}
