using System.Runtime.InteropServices;
using LightningDB;

namespace Signals.Bench.Candidates;

/// <summary>
/// Reads from LMDB with a transaction that is renewed for each read. Rows are decoded from the mapped head. Only when rows of
/// earlier parts may belong to the answer, all of them are collected and sorted. Used by one thread at a time.
/// </summary>
internal sealed class LmdbReader : IDisposable
{
    private readonly LightningEnvironment _environment;
    private readonly LightningDatabase _events;
    private readonly LightningDatabase _vectors;
    private readonly int _rowBytes;
    private readonly TypeLists _lists = new();
    private readonly TypeLists.Fill _readType; // Made once, so that a read does not allocate it.
    private readonly RowCollector _rows = new();
    private LightningTransaction? _transaction;
    private LightningCursor? _vectorCursor;

    public LmdbReader(LightningEnvironment environment, LightningDatabase events, LightningDatabase vectors, int rowBytes)
    {
        _environment = environment;
        _events = events;
        _vectors = vectors;
        _rowBytes = rowBytes;
        _readType = ReadType;
    }

    public void Read(ulong user, ReadShape shape, Answer answer)
    {
        Begin();
        _lists.Read(user, shape, answer, _readType);
        End();
    }

    /// <summary>Starts a read.</summary>
    public void Begin()
    {
        if (_transaction is null)
        {
            _transaction = _environment.BeginTransaction(TransactionBeginFlags.ReadOnly);
        }
        else
        {
            LmdbLibrary.Require(_transaction.Renew());
        }
    }

    /// <summary>Ends a read, so that its pages can be used again.</summary>
    public void End() => _transaction!.Reset();

    /// <summary>The vectors of a user, a page at a time. Valid until <see cref="End"/>.</summary>
    public LmdbPages VectorPages(ulong user, int valueBytes)
    {
        if (_vectorCursor is null)
        {
            _vectorCursor = _transaction!.CreateCursor(_vectors);
        }
        else
        {
            LmdbLibrary.Require(_vectorCursor.Renew(_transaction!));
        }

        return new LmdbPages(_vectorCursor, user, valueBytes);
    }

    /// <summary>Reads the newest rows of one type, none older than <paramref name="oldest"/>, within a read.</summary>
    public void ReadType(ulong user, byte type, long oldest, Answer list)
    {
        if (!TryGet(user, type, 0, out RowHead head))
        {
            list.Count = 0;
            return;
        }

        if (head.TryAnswer(list, type, oldest))
        {
            return;
        }

        _rows.Clear();
        head.CollectInto(_rows);
        while (head.Parts > 0 && head.NewestInParts >= oldest)
        {
            _rows.Settle();
            if (_rows.IsWhole(head.NewestInParts) || !TryGet(user, type, head.Parts, out head))
            {
                break;
            }

            head.CollectInto(_rows);
        }

        _rows.Settle();
        _rows.CopyTo(list, type, oldest);
    }

    public void Dispose()
    {
        _vectorCursor?.Dispose();
        _transaction?.Dispose();
    }

    private bool TryGet(ulong user, byte type, int part, out RowHead head)
    {
        Span<byte> key = stackalloc byte[LmdbKey.Bytes];
        LmdbKey.Write(key, user, type, part);
        (MDBResultCode code, _, MDBValue value) = _transaction!.Get(_events, key);
        ReadOnlySpan<byte> bytes = value.AsSpan();
        head = new RowHead(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(bytes), bytes.Length), _rowBytes); // Only read.
        return code == MDBResultCode.Success;
    }
}
