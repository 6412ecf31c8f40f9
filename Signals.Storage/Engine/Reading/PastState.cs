using Signals.Core.Model;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Flushing;
using Signals.Storage.Engine.Ingest;
using Signals.Storage.Engine.Views;
using Signals.Storage.History;
using Signals.Storage.Primitives;
using Signals.Storage.Scanning;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Reading;

/// <summary>
/// The state of a store at an earlier commit: a kept version and the records of the logs behind it, up to a commit that may move forward.
/// It is read by the same code as the state of now. Users that are erased by now cannot be read there, either.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: its files are pinned until it is disposed; it holds the directories of its
/// tables and the memory of the records behind them, at most about as much as the store held when they were written.
/// </remarks>
internal sealed class PastState : IDisposable
{
    private readonly OwnedResources _owned = new();
    private readonly IDisposable _pinned;
    private readonly AppliedErasures _erasures = new(watchedFlushes: 0); // as known then
    private readonly RecordApplier _applier;
    private readonly LogCursor _log;
    private readonly StreamPosition _flushed;
    private readonly ViewState _view;
    private StreamPosition _position;

    /// <param name="context">The store.</param>
    /// <param name="version">The version.</param>
    /// <param name="erasures">The erasures that were known with it.</param>
    /// <param name="pinned">Keeps the files of the version and its logs; owned from now on, unless this throws.</param>
    /// <param name="erasedByNow">The erasures as of now, which reads obey.</param>
    public PastState(
        StoreContext context, RetainedVersion version, IEnumerable<Erasure> erasures, IDisposable pinned, ErasureSet erasedByNow)
    {
        Version = version.Number;
        Clock = new PastClock(context.Time);
        _flushed = _position = version.FlushedPosition;
        _pinned = pinned;
        try
        {
            StoreContents contents = _owned.Add(
                new StoreContents(context, version.Tables, context.Options.BlockCacheBytes / 4, headBytes: 0, spareArenas: 0));
            foreach (Erasure erasure in erasures)
            {
                _erasures.Set.Add(erasure.User, erasure.CutoffMs);
            }

            _view = contents.View;
            FailStop failStop = new();
            TablePace pace = _owned.Add(new TablePace(contents.View, int.MaxValue, TimeSpan.Zero, failStop));
            FrozenMemTables frozen = _owned.Add(new FrozenMemTables(contents.View, int.MaxValue, pace, context.Time, failStop));
            MemTableSet memTables = new(contents.View, contents.MemTables, frozen, inlineFlush: null);
            memTables.Active.FirstLog = version.FirstLog;
            _applier = new RecordApplier(context.Schema, memTables, _erasures, new SourcePositions(), contents.Watermarks);
            _log = _owned.Add(new LogCursor(context.Folder, version.FirstLog));
            ImportedSegments none = new(context.Schema, new ManifestState());
            Reader = new SequenceReader(
                context with { Time = Clock }, contents.View, erasedByNow, contents.Watermarks, none, heads: null, gate: null);
        }
        catch
        {
            _owned.Dispose();
            throw;
        }
    }

    /// <summary>The number of the version.</summary>
    public ulong Version { get; }

    /// <summary>The clock of its reads.</summary>
    public PastClock Clock { get; }

    public SequenceReader Reader { get; }

    /// <summary>Stream position of the last commit that it holds.</summary>
    public StreamPosition Position => _position;

    /// <summary>Moves forward to the last commit at or before a position. It never moves back.</summary>
    public void AdvanceTo(StreamPosition position) => _log.AdvanceTo(position, ref _position, (records, end, log) =>
    {
        if (end > _flushed)
        {
            _applier.Apply(records, new RecordOrigin(_position, log));
        }
    });

    /// <summary>Newest erased time of a user as it was known then.</summary>
    public long ErasedTo(in UserId user) => _erasures.Set.CutoffOf(user);

    /// <summary>Pins this state for scans of an event type. They end with it at the latest, and it must not move meanwhile.</summary>
    public PinnedView Pin(EventTypeSchema eventType) => Reader.Pin(_view.Current, eventType, files: null);

    public void Dispose()
    {
        Reader.Close();
        _owned.Dispose();
        _pinned.Dispose();
    }
}
