using LightningDB;

namespace Signals.Bench.Candidates;

/// <summary>
/// Puts a batch into LMDB in one transaction. The events are taken in the order of users and types, so that a head is read and
/// written once for all its events. LMDB lets one writer in at a time. Used by one thread at a time.
/// </summary>
internal sealed class LmdbWriter(LightningEnvironment environment, LightningDatabase database, int rowBytes)
{
    private readonly (ulong User, byte Type)[] _heads = new (ulong, byte)[ICandidate.BatchRows];
    private readonly int[] _order = new int[ICandidate.BatchRows];
    private readonly byte[] _head = new byte[RowHead.BytesFor(RowHead.MostRows, rowBytes)];
    private readonly byte[] _part = new byte[RowHead.BytesFor(RowHead.PartRows, rowBytes)];

    public void Write(EventLog log, int start, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _heads[i] = (log.Users[start + i], log.Types[start + i]);
            _order[i] = start + i;
        }

        _heads.AsSpan(0, count).Sort(_order.AsSpan(0, count));
        using LightningTransaction transaction = environment.BeginTransaction();
        for (int first = 0; first < count;)
        {
            int next = first + 1;
            while (next < count && _heads[next] == _heads[first])
            {
                next++;
            }

            Insert(transaction, log, _heads[first], _order.AsSpan(first..next));
            first = next;
        }

        LmdbLibrary.Require(transaction.Commit());
    }

    private void Insert(LightningTransaction transaction, EventLog log, (ulong User, byte Type) of, ReadOnlySpan<int> events)
    {
        Span<byte> key = stackalloc byte[LmdbKey.Bytes];
        LmdbKey.Write(key, of.User, of.Type, 0);
        RowHead head = new(_head, rowBytes);
        head.Initialize();
        (MDBResultCode code, _, MDBValue value) = transaction.Get(database, key);
        if (code == MDBResultCode.Success)
        {
            value.AsSpan().CopyTo(_head);
        }

        foreach (int i in events)
        {
            PackedRow row = PackedRow.Of(log, i);
            if (!head.TryInsert(row))
            {
                LmdbKey.Write(key, of.User, of.Type, head.GiveAway(_part));
                LmdbLibrary.Require(transaction.Put(database, key, _part, PutOptions.None));
                head.TryInsert(row);
            }
        }

        LmdbKey.Write(key, of.User, of.Type, 0);
        LmdbLibrary.Require(transaction.Put(database, key, _head.AsSpan(0, head.UsedBytes), PutOptions.None));
    }
}
