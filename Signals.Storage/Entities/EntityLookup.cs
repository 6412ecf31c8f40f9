using Signals.Core.Enrichment;
using Signals.Storage.Entities;

namespace Signals.Enrichment;

/// <summary>Looks up entities in batches and holds the answer: for each key a flag and a row of each chosen column.</summary>
/// <remarks>
/// Thread contract: one thread at a time. A warm lookup allocates nothing once it has grown to the size of the batches.
/// </remarks>
public sealed class EntityLookup
{
    private readonly EntityTable _table;
    private readonly int[] _columns;
    private readonly OutputRows[] _outputs;
    private readonly EntityProbe _probe = new();
    private bool[] _found = [];

    internal EntityLookup(EntityTable table, int[] columns)
    {
        _table = table;
        _columns = columns;
        _outputs = [.. columns.Select(c => new OutputRows(table.Schema.Columns[c].Type))];
    }

    /// <summary>The number of keys of the last batch.</summary>
    public int Count { get; private set; }

    /// <summary>For each key, whether its entity is in the table.</summary>
    public ReadOnlySpan<bool> Found => _found.AsSpan(0, Count);

    /// <summary>
    /// Looks up the keys, all of them in one version of the table. The answer to the previous batch is no longer valid
    /// afterwards.
    /// </summary>
    /// <exception cref="CorruptionException">A block is damaged; there is no partial answer.</exception>
    public void Find(ReadOnlySpan<EntityKey> keys)
    {
        Count = 0;
        if (keys.Length > _found.Length)
        {
            _found = new bool[Math.Max(keys.Length, 2 * _found.Length)];
        }

        Span<bool> found = _found.AsSpan(0, keys.Length);
        found.Clear();
        _probe.Clear();
        for (int i = 0; i < keys.Length; i++)
        {
            _probe.Add(i, keys[i]);
        }

        foreach (OutputRows output in _outputs)
        {
            output.Reset(keys.Length);
        }

        _table.Find(_probe, _columns, _outputs, found);
        foreach (OutputRows output in _outputs)
        {
            output.Complete();
        }

        Count = keys.Length;
    }

    /// <summary>
    /// The rows of a chosen column of fixed width, one per key. A row is absent where the entity is not in the table.
    /// </summary>
    /// <param name="ordinal">The position of the column among those that <see cref="EntityTable.CreateLookup"/> named.</param>
    /// <exception cref="ArgumentException">The column holds another type.</exception>
    public ColumnView<T> Read<T>(int ordinal)
        where T : unmanaged
    {
        OutputRows output = _outputs[ordinal];
        return output.Type.Accepts<T>() || output.Type.AcceptsVector<T>()
            ? new ColumnView<T>(output)
            : throw Mismatch(ordinal, typeof(T).Name);
    }

    /// <summary>The rows of a chosen text or bytes column, one per key.</summary>
    /// <param name="ordinal">The position of the column among those that <see cref="EntityTable.CreateLookup"/> named.</param>
    /// <exception cref="ArgumentException">The column is of fixed width.</exception>
    public VariableColumnView ReadVariable(int ordinal) =>
        _outputs[ordinal].Type.IsVariable ? new VariableColumnView(_outputs[ordinal]) : throw Mismatch(ordinal, "text or bytes");

    private ArgumentException Mismatch(int ordinal, string asked)
    {
        (string name, ColumnType type) = (_table.Schema.Columns[_columns[ordinal]].Name, _outputs[ordinal].Type);
        return new ArgumentException($"Column '{name}' of table '{_table.Schema.Name}' is {type}; it was read as {asked}.");
    }
}
