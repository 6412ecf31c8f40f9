using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Engine;

/// <summary>
/// The write-ahead log as one stream over many files: appends to the current log, seals it when it is full and goes on
/// in the next one, which a background thread has usually prepared.
/// </summary>
/// <remarks>
/// Thread contract: the ingest thread appends; one background thread calls <see cref="PrepareNext"/> and
/// <see cref="SyncWritten"/>. Invariant: a log gets its first frame only after the one before it is sealed. A store that has failed begins no log.
/// </remarks>
internal sealed class LogStream(IFileSystem files, string directory, FileNumbers numbers, long logBytes, FailStop failStop) : IDisposable
{
    private readonly Lock _gate = new();
    private LogWriter? _current; // replaced under _gate

    private readonly Lock _prepareGate = new();
    private ulong _prepared; // guarded by _prepareGate; 0 when none is ready

    private ulong _nextSequence;
    private long _syncs;
    private long _bytes;

    /// <summary>Called when a new log was begun, so that the next one can be prepared.</summary>
    public Action OnAdvanced { get; set; } = static () => { };

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
            LogWriter.Prepare(files, PathOf(unused), unused, logBytes);
            _prepared = unused;
        }

        _nextSequence = firstSequence;
        Advance();
    }

    /// <summary>Hands one frame to the operating system; survives a process kill from then on. A log has room for several of the largest.</summary>
    public void Append(ReadOnlySpan<byte> payload, long position)
    {
        if (!_current!.HasRoom(payload.Length))
        {
            _current.Seal();
            Advance();
        }

        _current.Append(payload, position);
        Volatile.Write(ref _bytes, _bytes + LogFormat.FrameLength(payload.Length));
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
        _current!.Sync();
        Interlocked.Increment(ref _syncs);
    }

    /// <summary>The same from the background thread; does nothing when nothing was appended since the last time.</summary>
    public void SyncWritten()
    {
        lock (_gate)
        {
            if (_current is LogWriter log && log.SyncedOffset < log.WrittenOffset)
            {
                log.Sync();
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

    /// <summary>Writes the next log's zeros ahead of time, unless one is ready.</summary>
    public void PrepareNext() => EnsurePrepared();

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

    private void Advance()
    {
        failStop.RequireWritable();
        _nextSequence = _current?.NextSequence ?? _nextSequence;
        ulong number = TakePrepared();
        lock (_gate)
        {
            _current?.Dispose();
            _current = LogWriter.Open(files, PathOf(number), number, _nextSequence);
            CurrentNumber = number;
        }

        OnAdvanced();
    }

    private ulong TakePrepared()
    {
        lock (_prepareGate)
        {
            EnsurePrepared();
            ulong number = _prepared;
            _prepared = 0;
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
                ulong number = numbers.Next();
                LogWriter.Prepare(files, PathOf(number), number, logBytes);
                _prepared = number;
            }
        }
    }

    private string PathOf(ulong number) => Path.Combine(directory, StoreFiles.Log(number));
}
