using Signals.Enrichment;
using Signals.Parquet.Native;
using Signals.Scanning;

namespace Signals.Parquet.Writing;

/// <summary>The rows that wait to become a row group. Thread contract: one thread. Lifetime: until disposed; reused by clearing.</summary>
/// <param name="types">The types of the columns.</param>
internal sealed class RowBlock(IReadOnlyList<ColumnType> types) : IDisposable
{
    private const long KeyBytes = 16 + sizeof(long) + sizeof(long);

    private readonly NativeBuffer _users = new();
    private readonly NativeBuffer _times = new();
    private readonly NativeBuffer _ids = new();

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>The user, or the key of the entity, of each row.</summary>
    public ReadOnlySpan<UserId> Users => _users.As<UserId>()[..Count];

    /// <summary>The time of each event.</summary>
    public ReadOnlySpan<long> Times => _times.As<long>()[..Count];

    /// <summary>The id of each event.</summary>
    public ReadOnlySpan<long> Ids => _ids.As<long>()[..Count];

    /// <summary>The cells, by column.</summary>
    public IReadOnlyList<ColumnBlock> Columns { get; } = [.. types.Select(type => new ColumnBlock(type))];

    /// <summary>Bytes of memory, spare room included.</summary>
    public long HeldBytes
    {
        get
        {
            long bytes = (long)_users.Length + _times.Length + _ids.Length;
            for (int i = 0; i < Columns.Count; i++)
            {
                bytes += Columns[i].HeldBytes;
            }

            return bytes;
        }
    }

    /// <summary>Bytes of the rows, without spare room.</summary>
    public long UsedBytes
    {
        get
        {
            long bytes = Count * KeyBytes;
            for (int i = 0; i < Columns.Count; i++)
            {
                bytes += Columns[i].UsedBytes;
            }

            return bytes;
        }
    }

    /// <summary>Adds adjacent rows of a scan.</summary>
    public void Add(in ScanBatch batch, int first, int count)
    {
        AddKeys(batch.Users.Slice(first, count), batch.Times.Slice(first, count), batch.Ids.Slice(first, count));
        for (int i = 0; i < Columns.Count; i++)
        {
            ColumnBlock column = Columns[i];
            ReadOnlySpan<ColumnState> states = batch.AllValues(i) ? [] : batch.States(i).Slice(first, count);
            if (column.Type.IsVariable)
            {
                ReadOnlySpan<int> offsets = batch.Offsets(i).Slice(first, count + 1);
                column.AddVariable(batch.Values(i)[offsets[0]..offsets[count]], offsets, states);
            }
            else
            {
                int width = column.Type.Width;
                column.AddFixed(batch.FixedBytes(i).Slice(first * width, count * width), states, count);
            }
        }
    }

    /// <summary>Adds the current entity of a table.</summary>
    public void Add(EntityTableReader entity)
    {
        EntityKey key = entity.Key;
        AddKeys([new UserId(key.High, key.Low)], [0], [0]);
        for (int i = 0; i < Columns.Count; i++)
        {
            ColumnState state = entity.StateOf(i);
            ReadOnlySpan<byte> value = entity.BytesOf(i);
            if (Columns[i].Type.IsVariable)
            {
                Columns[i].AddVariable(value, [0, value.Length], [state]);
            }
            else
            {
                Columns[i].AddFixed(value, [state], 1);
            }
        }
    }

    /// <summary>Adds users, times and ids; the caller adds as many cells to each column.</summary>
    public void AddKeys(ReadOnlySpan<UserId> users, ReadOnlySpan<long> times, ReadOnlySpan<ulong> ids)
    {
        Append(_users, users);
        Append(_times, times);
        Append(_ids, ids);
        Count += users.Length;
    }

    /// <summary>Removes all rows and keeps the memory.</summary>
    public void Clear()
    {
        Count = 0;
        foreach (ColumnBlock column in Columns)
        {
            column.Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _users.Dispose();
        _times.Dispose();
        _ids.Dispose();
        foreach (ColumnBlock column in Columns)
        {
            column.Dispose();
        }
    }

    private void Append<T>(NativeBuffer target, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        target.Reserve(System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * ((long)Count + values.Length));
        values.CopyTo(target.As<T>()[Count..]);
    }
}
