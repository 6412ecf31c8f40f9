using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.History;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Tables;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>
/// A kept version and the logs behind it, up to a commit that may be moved forward: a view of its own, read by the same code as that of now.
/// Who is erased by now cannot be read there, either.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: its files are pinned until it is disposed; it holds the directories of its tables and the
/// memory of the records behind them, at most about what the store held when they were written.
/// </remarks>
internal sealed class PastState : IDisposable
{
    private readonly OwnedResources _owned = new();
    private readonly IDisposable _pinned;
    private readonly ErasureSet _erasures = new(); // as known then
    private readonly RecordApplier _applier;
    private readonly LogCursor _log;
    private readonly long _flushed;
    private long _position;

    public PastState(
        PatientFileSystem files, string directory, StoreSchema schema, EngineOptions options, RetainedVersion version, IEnumerable<Erasure> erasures, IDisposable pinned, ErasureSet erasedByNow, StoreTelemetry telemetry, TimeProvider time)
    {
        Version = version.Number;
        Clock = new PastClock(time);
        _flushed = _position = version.FlushedPosition;
        _pinned = pinned;
        try
        {
            ReadEpochs epochs = _owned.Add(new ReadEpochs());
            MemArenaPool arenas = _owned.Add(new MemArenaPool(options.MemTableBytes, keep: 0));
            ChunkLayout[] layouts = [.. schema.EventTypes.Select(type => new ChunkLayout(type))];
            ViewState view = new(new ReadView([new MemTable(arenas, layouts)], TableVersion.Empty), epochs);
            _owned.Add(new ViewParts(view));
            WatermarkSet watermarks = new(schema.EventTypes.Count);
            new TableSet(files.ForTables(), directory, schema, new BlockCache(options.BlockCacheBytes / 4, options.CacheHoldsDirectories)).Show(version.Tables, view, watermarks);
            foreach (Erasure erasure in erasures)
            {
                _erasures.Add(erasure.User, erasure.CutoffMs);
            }

            FailStop failStop = new();
            TablePace pace = _owned.Add(new TablePace(view, int.MaxValue, TimeSpan.Zero, failStop));
            MemTableSet memTables = _owned.Add(new MemTableSet(view, arenas, layouts, int.MaxValue, pace, time, failStop));
            memTables.Active.FirstLog = version.FirstLog;
            _applier = new RecordApplier(schema, memTables, _erasures, new SourcePositions(), watermarks);
            _log = _owned.Add(new LogCursor(files, directory, version.FirstLog));
            Reader = new SequenceReader(schema, view, epochs, erasedByNow, watermarks, new SegmentRegistry(schema, new ManifestState()), telemetry, Clock);
        }
        catch
        {
            _owned.Dispose();
            throw;
        }
    }

    /// <summary>The number of the version.</summary>
    public ulong Version { get; }

    /// <summary>The clock that reads go by.</summary>
    public PastClock Clock { get; }

    public SequenceReader Reader { get; }

    /// <summary>Stream position of the last commit that it holds.</summary>
    public long Position => _position;

    /// <summary>Goes on to the last commit at or before a position. It never goes back.</summary>
    public void AdvanceTo(long position) => _log.AdvanceTo(position, ref _position, (records, end, log) =>
    {
        if (end > _flushed)
        {
            _applier.Apply(records, _position, log);
        }
    });

    /// <summary>Newest erased time of a user as it was known then.</summary>
    public long ErasedTo(in UserId user) => _erasures.CutoffOf(user);

    public void Dispose()
    {
        Reader.Close();
        _owned.Dispose();
        _pinned.Dispose();
    }
}
