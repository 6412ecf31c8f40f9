using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Engine;

/// <summary>
/// The write-ahead log as one stream over many files: appends to the current log, seals it when it is full and goes on
/// in the next one, which a background thread has usually prepared. The first log is small and each next one larger, up to the largest, so
/// a store that takes little has little zero-filled.
/// </summary>
/// <remarks>
/// Thread contract: the ingest thread appends; one background thread calls <see cref="PrepareNext"/> and
/// <see cref="SyncWritten"/>. Invariant: a log gets its first frame only after the one before it is sealed. A store that has failed begins no log.
/// </remarks>
internal sealed class LogStream(
    IFileSystem files, string directory, FileNumbers numbers, long firstBytes, long logBytes, FailStop failStop) : IDisposable
{
    private const int Growth = 4;
    private const int FillingShare = 4;

    private readonly Lock _gate = new();
    private LogWriter? _current; // replaced under _gate

    private readonly Lock _prepareGate = new();
    private ulong _prepared; // guarded by _prepareGate; 0 when none is ready
    private long _preparedBytes; // guarded by _prepareGate
    private long _nextBytes = firstBytes; // guarded by _prepareGate; of the log that is prepared next
    private long _fillingAt; // ingest thread; when the current log has so many bytes, the next one is due
    private volatile bool _isFilling;

    private ulong _nextSequence;
    private long _syncs;
    private long _bytes;

    /// <summary>Called once the current log has got so many frames that the next one should be prepared.</summary>
    public Action OnFilling { get; set; } = static () => { };

    /// <summary>Whether the current log holds frames.</summary>
    public bool HasFrames => _current!.WrittenOffset > LogFormat.HeaderBytes;

    /// <summary>Number of the log that the next frame goes to, once one was appended.</summary>
    public ulong CurrentNumber { get; private set; }

    public long SyncCount => Volatile.Read(ref _syncs);

    public long BytesWritten => Volatile.Read(ref _bytes);

    /// <summary>Opens the first log; before any append.</summary>
    /// <param name="unused">The number of an empty log that is to be it, made anew; 0 for a new number.</param>
    /// <param name="firstSequence">The sequence of its first frame.</param>
    public void Start(ulong unused, ulong firstSequence)
    {
        if (unused != 0)
        {
            lock (_prepareGate)
            {
                PrepareLocked(unused);
            }
        }

        _nextSequence = firstSequence;
        Advance();
    }

    /// <summary>Hands one frame to the operating system; survives a process kill from then on. A log has room for several of the largest.</summary>
    public void Append(ReadOnlySpan<byte> payload, long position)
    {
        try
        {
            if (!_current!.HasRoom(payload.Length))
            {
                _current.Seal();
                Advance();
            }

            _current.Append(payload, position);
        }
        catch (Exception error)
        {
            failStop.Stop(error); // before another thread can commit what needs these bytes
            throw;
        }

        Volatile.Write(ref _bytes, _bytes + LogFormat.FrameLength(payload.Length));
        if (!_isFilling && _current.WrittenOffset >= _fillingAt)
        {
            _isFilling = true;
            OnFilling();
        }
    }

    /// <summary>Ends the current log if it holds anything, so that once it is flushed no byte of it stays.</summary>
    public void Rotate()
    {
        if (HasFrames)
        {
            _current!.Seal();
            Advance();
        }
    }

    /// <summary>Makes everything appended durable; the ingest thread's, for <see cref="Core.Model.Durability.Synced"/>.</summary>
    public void Sync()
    {
        SyncOrStop(_current!);
        Interlocked.Increment(ref _syncs);
    }

    /// <summary>The same from the background thread; does nothing when nothing was appended since the last time.</summary>
    public void SyncWritten()
    {
        lock (_gate)
        {
            if (_current is LogWriter log && log.SyncedOffset < log.WrittenOffset)
            {
                SyncOrStop(log);
                Interlocked.Increment(ref _syncs);
            }
        }
    }

    /// <summary>The current log and the end of its last whole frame; every log with frames before it is sealed.</summary>
    public (ulong Number, long End) Mark()
    {
        lock (_gate)
        {
            return (CurrentNumber, _current?.WrittenOffset ?? LogFormat.HeaderBytes);
        }
    }

    /// <summary>Writes the next log's zeros ahead of time, unless one is ready or the current one is as good as empty.</summary>
    public void PrepareNext()
    {
        if (_isFilling)
        {
            EnsurePrepared();
        }
    }

    /// <summary>Syncs and seals, so that the next open finds a whole log.</summary>
    public void Seal()
    {
        lock (_gate)
        {
            _current?.Seal();
        }
    }

    public void Dispose()
    {
        lock (_gate)
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

    private void Advance()
    {
        failStop.RequireWritable();
        _nextSequence = _current?.NextSequence ?? _nextSequence;
        ulong number = TakePrepared(out long bytes);
        lock (_gate)
        {
            _current?.Dispose();
            _current = LogWriter.Open(files, PathOf(number), number, _nextSequence);
            CurrentNumber = number;
        }

        _fillingAt = bytes / FillingShare;
        _isFilling = false;
    }

    private ulong TakePrepared(out long bytes)
    {
        lock (_prepareGate)
        {
            EnsurePrepared();
            ulong number = _prepared;
            _prepared = 0;
            bytes = _preparedBytes;
            return number;
        }
    }

    /// <summary>A number is taken and its log made under one lock: were another log begun in between, their order would not be that of their numbers.</summary>
    private void EnsurePrepared()
    {
        lock (_prepareGate)
        {
            if (_prepared == 0)
            {
                failStop.RequireWritable();
                PrepareLocked(numbers.Next());
            }
        }
    }

    private void PrepareLocked(ulong number)
    {
        LogWriter.Prepare(files, PathOf(number), number, _nextBytes);
        _prepared = number;
        _preparedBytes = _nextBytes;
        _nextBytes = Math.Min(logBytes, Growth * _nextBytes);
    }

    private string PathOf(ulong number) => Path.Combine(directory, StoreFiles.Log(number));
}
