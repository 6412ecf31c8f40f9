namespace Signals.Core.Ingest;

/// <summary>
/// Where the columns of another instance of an event type are in a batch's own: for handles that were taken from a declaration while the
/// batch has the store's schema. A name is looked up once for each column.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: that of its batch, or until another instance is used.</remarks>
/// <param name="foreign">The event type of the handles.</param>
/// <param name="own">The event type of the batch.</param>
internal sealed class ForeignColumns(EventTypeSchema foreign, EventTypeSchema own)
{
    private readonly int[] _found = new int[foreign.Columns.Count]; // one more than the index; 0 until it is looked up

    /// <summary>The event type of the handles.</summary>
    public EventTypeSchema Foreign => foreign;

    /// <summary>The index in the batch's event type, or -1 when it has no column of the same name and type.</summary>
    public int Find(int index)
    {
        if ((uint)index >= (uint)_found.Length)
        {
            return -1;
        }

        int known = _found[index];
        return known > 0 ? known - 1 : LookUp(index);
    }

    private int LookUp(int index)
    {
        ColumnSchema column = foreign.Columns[index];
        int here = foreign.Name == own.Name ? own.IndexOf(column.Name) : -1;
        if (here < 0 || own.Columns[here].Type != column.Type)
        {
            return -1;
        }

        _found[index] = here + 1;
        return here;
    }
}
