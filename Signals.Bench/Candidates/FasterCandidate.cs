using System.Runtime.InteropServices;
using FASTER.core;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>
/// FASTER: a hash index over chunks of a user's rows, which are updated in place, and a FasterLog in front of it.
/// </summary>
internal sealed class FasterCandidate : ICandidate
{
    private const int TypeShift = 24;
    private const int UserShift = 32;
    private const int EntryRowBytes = PackedRow.Bytes + sizeof(uint) + sizeof(byte);

    private readonly bool _synced;
    private readonly IDevice _logDevice;
    private readonly FasterLog _log;
    private readonly FasterKVSettings<long, FasterChunk> _settings;
    private readonly FasterKV<long, FasterChunk> _store;
    private readonly ClientSession<long, FasterChunk, PackedRow, FasterChunk, Empty,
        IFunctions<long, FasterChunk, PackedRow, FasterChunk, Empty>> _reader;

    private readonly ClientSession<long, FasterChunk, PackedRow, FasterChunk, Empty,
        IFunctions<long, FasterChunk, PackedRow, FasterChunk, Empty>> _writer;
    private readonly PackedRow[] _batch = new PackedRow[ICandidate.BatchRows];
    private readonly RowCollector _rows = new();
    private readonly TypeLists _lists = new();
    private readonly Answer _answer = new(ICandidate.ReadRows);

    public FasterCandidate(string path, bool synced)
    {
        _synced = synced;
        _logDevice = Devices.CreateLogDevice(Path.Combine(path, "wal.log"));
        _log = new FasterLog(new FasterLogSettings
        {
            LogDevice = _logDevice,
            LogChecksum = LogChecksumType.PerEntry,
            FastCommitMode = true,
            AutoCommit = false,
        });
        _settings = new FasterKVSettings<long, FasterChunk>
        {
            LogDevice = Devices.CreateLogDevice(Path.Combine(path, "hybrid.log")),
            CheckpointDir = Path.Combine(path, "checkpoints"),
            EqualityComparer = new FasterKeyComparer(),
            IndexSize = 1L << 26,
            MemorySize = 4L << 30,
            PageSize = 32 << 20,
            SegmentSize = 1L << 30,
            MutableFraction = 0.9,
        };
        _store = new FasterKV<long, FasterChunk>(_settings);
        _reader = _store.NewSession(new FasterFunctions());
        _writer = _store.NewSession(new FasterFunctions());
        Replay();
    }

    public string Name => "FASTER";

    public string Settings =>
        "per-user chunks of 32 rows updated in place, 64 MiB index with a mixing hash, 4 GiB hybrid log in memory "
        + "(0.9 of it mutable), a FasterLog with checksums and commits in the log itself in front: "
        + "one entry per 256 events, a commit (written to the device, not synced) asked for after each and waited for at the end";

    public string DataFileEnd => ".log.0";

    public void Ingest(EventLog log, int producers) => ProducerRun.All(producers, producer => Produce(log, producer, producers));

    public void Append(EventLog log, int start, int count) => Write(_writer, _batch, log, start, count);

    /// <summary>FASTER has nothing to merge. This writes the records in the log to its device.</summary>
    public void FlushAndCompact() => _store.Log.Flush(wait: true);

    public int Read(uint user, ReadShape shape)
    {
        Read(user, shape, _answer);
        return _answer.Count;
    }

    public void Read(uint user, ReadShape shape, Answer answer) => _lists.Read(user, shape, answer, ReadType);

    public string Describe() => $"{_store.EntryCount:N0} entries, tail at {_store.Log.TailAddress:N0}";

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        _store.Dispose();
        _settings.LogDevice.Dispose();
        _settings.Dispose();
        _log.Dispose();
        _logDevice.Dispose();
    }

    private void Produce(EventLog log, int producer, int producers)
    {
        using var session = _store.NewSession(new FasterFunctions());
        PackedRow[] batch = new PackedRow[ICandidate.BatchRows];
        ProducerRun.ForEachBatch(log, producer, producers, (start, count) => Write(session, batch, log, start, count));
        session.CompletePending(wait: true);
        _log.Commit(spinWait: true);
    }

    private void Write(
        ClientSession<long, FasterChunk, PackedRow, FasterChunk, Empty,
            IFunctions<long, FasterChunk, PackedRow, FasterChunk, Empty>> session,
        PackedRow[] batch, EventLog log, int start, int count)
    {
        for (int i = 0; i < count; i++)
        {
            batch[i] = PackedRow.Of(log, start + i);
        }

        // An entry holds rows, users and types, one after the other. Without the users and types it could not be recovered.
        Span<byte> entry = stackalloc byte[ICandidate.BatchRows * EntryRowBytes];
        MemoryMarshal.AsBytes(batch.AsSpan(0, count)).CopyTo(entry);
        MemoryMarshal.AsBytes(log.Users.AsSpan(start, count)).CopyTo(entry[(count * PackedRow.Bytes)..]);
        log.Types.AsSpan(start, count).CopyTo(entry[(count * (PackedRow.Bytes + sizeof(uint)))..]);
        _log.Enqueue(entry[..(count * EntryRowBytes)]);
        _log.Commit(spinWait: _synced);
        for (int i = 0; i < count; i++)
        {
            Apply(session, log.Users[start + i], log.Types[start + i], ref batch[i]);
        }
    }

    private static void Apply(
        ClientSession<long, FasterChunk, PackedRow, FasterChunk, Empty,
            IFunctions<long, FasterChunk, PackedRow, FasterChunk, Empty>> session,
        uint user, byte type, ref PackedRow row)
    {
        long key = ((long)user << UserShift) | ((long)type << TypeShift);
        FasterChunk full = default;
        session.RMW(ref key, ref row, ref full);
        if (full.Count > 0)
        {
            long fullKey = key | ((long)full.Earlier + 1);
            session.Upsert(ref fullKey, ref full);
        }
    }

    // The log holds every event and no checkpoint is taken, so all events are applied again.
    private void Replay()
    {
        using FasterLogScanIterator iterator = _log.Scan(_log.BeginAddress, _log.TailAddress);
        while (iterator.GetNext(out byte[] entry, out int length, out _, out _))
        {
            int count = length / EntryRowBytes;
            Span<PackedRow> rows = MemoryMarshal.Cast<byte, PackedRow>(entry.AsSpan(0, count * PackedRow.Bytes));
            Span<uint> users = MemoryMarshal.Cast<byte, uint>(entry.AsSpan(count * PackedRow.Bytes, count * sizeof(uint)));
            Span<byte> types = entry.AsSpan(count * (PackedRow.Bytes + sizeof(uint)), count);
            for (int i = 0; i < count; i++)
            {
                Apply(_writer, users[i], types[i], ref rows[i]);
            }
        }
    }

    private void ReadType(uint user, byte type, long oldest, Answer list)
    {
        _rows.Clear();
        long key = ((long)user << UserShift) | ((long)type << TypeShift);
        long newestKey = key;
        while (TryGet(key, out FasterChunk chunk))
        {
            _rows.Add(chunk.Span);
            if (_rows.Count >= ICandidate.ReadRows)
            {
                _rows.Settle();
                if (_rows.IsWhole(chunk.NewestEarlier))
                {
                    break;
                }
            }

            if (chunk.Earlier == 0 || chunk.NewestEarlier < oldest)
            {
                break;
            }

            key = newestKey | (long)chunk.Earlier;
        }

        _rows.Settle();
        _rows.CopyTo(list, type, oldest);
    }

    private bool TryGet(long key, out FasterChunk chunk)
    {
        PackedRow none = default;
        chunk = default;
        Status status = _reader.Read(ref key, ref none, ref chunk);
        if (!status.IsPending)
        {
            return status.Found;
        }

        _reader.CompletePendingWithOutputs(out var outputs, wait: true);
        using (outputs)
        {
            bool found = outputs.Next() && outputs.Current.Status.Found;
            chunk = found ? outputs.Current.Output : default;
            return found;
        }
    }
}
