using Signals.Core.Columns;
using Signals.Core.Schema;

namespace Signals.Core.Ingest;

/// <summary>
/// The columns of a batch in the order in which a C# type declares them. Its class alone tells which C# type that is. Used by one
/// thread at a time, with the batch.
/// </summary>
internal sealed class BoundColumns<TEvent>(EventBatch batch)
    where TEvent : struct, IEventType
{
    private readonly ColumnBuffer[] _columns = Bind(batch);

    public ReadOnlySpan<ColumnBuffer> Columns => _columns;

    private static ColumnBuffer[] Bind(EventBatch batch)
    {
        int[] indexes = DeclaredEvent<TEvent>.ColumnsIn(batch.EventType);
        ColumnBuffer[] columns = new ColumnBuffer[indexes.Length];
        for (int i = 0; i < indexes.Length; i++)
        {
            columns[i] = batch.Rows.Columns[indexes[i]];
        }

        return columns;
    }
}
