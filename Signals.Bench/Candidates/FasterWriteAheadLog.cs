using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FASTER.core;

namespace Signals.Bench.Candidates;

/// <summary>
/// The log in front of FASTER, because a FasterKV alone is durable at checkpoints only. An entry holds the events of a batch. Any
/// number of threads may append.
/// </summary>
internal sealed class FasterWriteAheadLog : IDisposable
{
    private const int KeyBytes = sizeof(ulong) + sizeof(byte);

    private readonly IDevice _device;
    private readonly FasterLog _log;
    private readonly int _entryRowBytes;
    private readonly int _rowBytes;

    public FasterWriteAheadLog(string path, int rowBytes)
    {
        _rowBytes = rowBytes;
        _entryRowBytes = KeyBytes + rowBytes;
        _device = Devices.CreateLogDevice(path);
        _log = new FasterLog(new FasterLogSettings
        {
            LogDevice = _device,
            LogChecksum = LogChecksumType.PerEntry,
            FastCommitMode = true,
            AutoCommit = false,
            PageSizeBits = 22,
            MemorySizeBits = 26,
        });
    }

    /// <summary>Appends a batch and asks for a commit, which it waits for when <paramref name="wait"/> is true.</summary>
    public void Append(EventLog log, int start, int count, bool wait)
    {
        Enqueue(log, start, count);
        Commit(wait);
    }

    /// <summary>Adds a batch, which the next commit writes to the device.</summary>
    public void Enqueue(EventLog log, int start, int count)
    {
        Span<byte> entry = stackalloc byte[ICandidate.BatchRows * (KeyBytes + PackedRow.Bytes)];
        for (int i = 0; i < count; i++)
        {
            Span<byte> row = entry.Slice(i * _entryRowBytes, _entryRowBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(row, log.Users[start + i]);
            row[sizeof(ulong)] = log.Types[start + i];
            PackedRow packed = PackedRow.Of(log, start + i);
            MemoryMarshal.AsBytes(new ReadOnlySpan<PackedRow>(in packed))[.._rowBytes].CopyTo(row[KeyBytes..]);
        }

        _log.Enqueue(entry[..(count * _entryRowBytes)]);
    }

    public void Commit(bool wait) => _log.Commit(spinWait: wait);

    public ValueTask CommitAsync() => _log.CommitAsync();

    /// <summary>Inserts every event of the log. No checkpoint is ever taken, so the log holds all of them.</summary>
    public void Replay(FasterSession session)
    {
        using FasterLogScanIterator iterator = _log.Scan(_log.BeginAddress, _log.TailAddress);
        while (iterator.GetNext(out byte[] entry, out int length, out _, out _))
        {
            for (int at = 0; at + _entryRowBytes <= length; at += _entryRowBytes)
            {
                ReadOnlySpan<byte> bytes = entry.AsSpan(at, _entryRowBytes);
                PackedRow row = default;
                bytes[KeyBytes..].CopyTo(MemoryMarshal.AsBytes(new Span<PackedRow>(ref row)));
                session.Insert(BinaryPrimitives.ReadUInt64LittleEndian(bytes), bytes[sizeof(ulong)], ref row);
            }
        }
    }

    public void Dispose()
    {
        _log.Dispose();
        _device.Dispose();
    }
}
