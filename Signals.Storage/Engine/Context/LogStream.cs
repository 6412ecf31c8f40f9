using System.Diagnostics;
using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Engine.Context;

/// <summary>
/// The write-ahead log as one stream over many files. It appends to the current log, seals it when it is full, and goes on in the next
/// one, which a background thread has usually prepared. The first log is small, and may have no room for a large entry. A log that fills up
/// is followed by a larger one, up to a limit; one that ends early is followed by one with room for four times as much. So few events fill
/// few bytes with zeros.
/// </summary>
/// <remarks>
/// Thread contract: the ingest thread appends; any thread calls <see cref="SyncWritten"/> and <see cref="Mark"/>; one background
/// thread calls <see cref="PrepareNext"/>. Invariants: a log gets its first entry only after the one before it is sealed; a store
/// that has failed begins no log. Lifetime: that of the store; it holds no file before <see cref="Start"/>.
/// </remarks>
internal sealed class LogStream(
    StoreFolder folder, FileNumbers numbers, long firstBytes, long leastBytes, long logBytes, FailStop failStop) : IDisposable
{
    private const int Growth = 4;
    private const int FillingShare = 4;

    private readonly Lock _lock = new();
    private LogWriter? _current; // replaced under _lock

    private readonly Lock _prepareGate = new();
    private ulong _prepared; // guarded by _prepareGate; 0 when none is ready
    private long _preparedBytes; // guarded by _prepareGate
    private long _currentBytes; // ingest thread; the length of the current log
    private long _fillingAt; // ingest thread; the next log is due when the current one has so many bytes
    private volatile bool _isFilling;

    private ulong _nextSequence;
    private long _syncs;
    private long _bytes;

    /// <summary>Raised once the current log has got so many entries that the next one should be prepared, on the ingest thread.</summary>
    public event Action? Filling;

    /// <summary>Whether the current log holds entries.</summary>
    public bool HasEntries => _current!.WrittenOffset > LogFormat.HeaderBytes;

    /// <summary>Number of the log that the next entry goes to, once one was appended.</summary>
    public ulong CurrentNumber { get; private set; }

    public long SyncCount => Volatile.Read(ref _syncs);

    public long BytesWritten => Volatile.Read(ref _bytes);

    /// <summary>Opens the first log; before any append.</summary>
    /// <param name="unused">The number of an empty log in the folder, which is made anew and used; 0 for a new number.</param>
    /// <param name="firstSequence">The sequence of its first entry.</param>
    public void Start(ulong unused, ulong firstSequence)
    {
        if (unused != 0)
        {
            lock (_prepareGate)
            {
                PrepareLocked(unused, firstBytes);
            }
        }

        _nextSequence = firstSequence;
        Advance(firstBytes);
    }

    /// <summary>
    /// Hands one entry to the operating system. It survives a process kill from then on. Each log but the first has room for several of
    /// the largest entries.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public void Append(ReadOnlySpan<byte> payload, StreamPosition position)
    {
        try
        {
            if (!_current!.HasRoom(payload.Length))
            {
                _current.Seal();
                Advance(LengthAfter(_currentBytes));
            }

            _current.Append(payload, position);
        }
        catch (Exception error)
        {
            failStop.Stop(error); // before another thread can commit what needs these bytes
            throw;
        }

        Volatile.Write(ref _bytes, _bytes + LogFormat.EntryLength(payload.Length));
        if (!_isFilling && _current.WrittenOffset >= _fillingAt)
        {
            _isFilling = true;
            Filling?.Invoke();
        }
    }

    /// <summary>Ends the current log if it holds entries, so that it can be deleted once these are flushed.</summary>
    public void Rotate()
    {
        if (HasEntries)
        {
            long written = _current!.WrittenOffset;
            _current.Seal();
            Advance(LengthAfter(written));
        }
    }

    /// <summary>Makes everything appended durable. Called by the ingest thread, for <see cref="Durability.Synced"/>.</summary>
    public void Sync()
    {
        SyncOrStop(_current!);
        Interlocked.Increment(ref _syncs);
    }

    /// <summary>The same from any other thread. It does nothing when nothing was appended since the last sync.</summary>
    public void SyncWritten()
    {
        lock (_lock)
        {
            if (_current is LogWriter log && log.SyncedOffset < log.WrittenOffset)
            {
                SyncOrStop(log);
                Interlocked.Increment(ref _syncs);
            }
        }
    }

    /// <summary>The current log and the end of its last whole entry; every log with entries before it is sealed.</summary>
    public (ulong Number, long End) Mark()
    {
        lock (_lock)
        {
            return (CurrentNumber, _current?.WrittenOffset ?? LogFormat.HeaderBytes);
        }
    }

    /// <summary>Fills the next log with zeros ahead of time, unless one is ready or the current one is still nearly empty.</summary>
    public void PrepareNext()
    {
        if (_isFilling)
        {
            EnsurePrepared(LengthAfter(Volatile.Read(ref _currentBytes)));
        }
    }

    /// <summary>Syncs and seals, so that the next open finds a whole log.</summary>
    public void Seal()
    {
        lock (_lock)
        {
            _current?.Seal();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _current?.Dispose();
            _current = null;
        }
    }

    private void SyncOrStop(LogWriter log)
    {
        try
        {
            log.Sync();
        }
        catch (Exception error)
        {
            failStop.Stop(error);
            throw;
        }
    }

    /// <summary>The length of a log that follows so many bytes.</summary>
    private long LengthAfter(long bytes) => Math.Clamp(Growth * bytes, leastBytes, logBytes);

    /// <summary>Goes on in the next log.</summary>
    /// <param name="wantedBytes">Its length, unless it is prepared already.</param>
    private void Advance(long wantedBytes)
    {
        failStop.RequireWritable();
        _nextSequence = _current?.NextSequence ?? _nextSequence;
        ulong number = TakePrepared(wantedBytes, out long bytes);
        lock (_lock)
        {
            _current?.Dispose();
            _current = LogWriter.Open(folder.Files, folder.Log(number), number, _nextSequence);
            Debug.Assert(number > CurrentNumber, "A log has a lower number than the one before it.");
            CurrentNumber = number;
        }

        Volatile.Write(ref _currentBytes, bytes);
        _fillingAt = bytes / FillingShare;
        _isFilling = false;
    }

    private ulong TakePrepared(long wantedBytes, out long bytes)
    {
        lock (_prepareGate)
        {
            EnsurePrepared(wantedBytes);
            ulong number = _prepared;
            _prepared = 0;
            bytes = _preparedBytes;
            return number;
        }
    }

    /// <summary>
    /// Takes a number and makes its log, under one lock: the order of the logs must be that of their numbers.
    /// </summary>
    private void EnsurePrepared(long bytes)
    {
        lock (_prepareGate)
        {
            if (_prepared == 0)
            {
                failStop.RequireWritable();
                PrepareLocked(numbers.Next(), bytes);
            }
        }
    }

    private void PrepareLocked(ulong number, long bytes)
    {
        try
        {
            LogWriter.Prepare(folder.Files, folder.Log(number), number, bytes);
        }
        catch (Exception error)
        {
            failStop.Stop(error); // before another thread goes on in a later log: this one may be in the folder, without a seal
            throw;
        }

        _prepared = number;
        _preparedBytes = bytes;
        AssertInvariants();
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_prepareGate.IsHeldByCurrentThread, "The lock is not held.");
        Debug.Assert(_prepared != CurrentNumber, "The current log is prepared again.");
        Debug.Assert(_preparedBytes >= firstBytes && _preparedBytes <= logBytes, "A log has a length that no log may have.");
    }
}
