using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Scanning;

/// <summary>
/// One state of a store for one event type that stays as it is: frozen memtables, tables and their files, however long ingest, flushes
/// and compaction go on. Only erasures are those of now.
/// </summary>
/// <remarks>
/// Thread contract: immutable; any thread reads it inside <see cref="PinnedViews.Enter"/>. Lifetime: scans share it, and the last one that
/// leaves gives everything back; closing the store does so before that. Memtables and tables are handed to the read epochs, because
/// certificates of erasure look at them.
/// </remarks>
internal sealed class PinnedView
{
    private readonly PinnedViews _owner;
    private readonly IDisposable? _files;
    private int _scans = 1;

    /// <param name="owner">Keeps the list of pinned views.</param>
    /// <param name="view">The memtables, which nobody appends to, and the tables. Nothing of it is disposed yet.</param>
    /// <param name="eventType">The event type; the tables of others are not kept.</param>
    /// <param name="files">Keeps the files of the tables; owned from now on. Null when something else keeps them.</param>
    /// <param name="erasures">The erasures of now.</param>
    /// <param name="nowMs">The time from which ages are counted, ms since the epoch.</param>
    public PinnedView(
        PinnedViews owner, ReadView view, EventTypeSchema eventType, IDisposable? files, ErasureSet erasures, long nowMs)
    {
        _owner = owner;
        _files = files;
        View = view;
        EventType = eventType;
        Erasures = erasures;
        NowMs = nowMs;
        Tables = [.. view.Tables.TablesOf(eventType.Id)];
        Patches = [.. view.Tables.PatchesOf(eventType.Id)];
        foreach (Table table in Tables.Concat(Patches))
        {
            table.Hold();
        }

        foreach (MemTable table in view.MemTables)
        {
            table.Hold();
        }
    }

    public ReadView View { get; }

    public EventTypeSchema EventType { get; }

    /// <summary>The runs of events of the type, newest first.</summary>
    public Table[] Tables { get; }

    /// <summary>The runs of patches of the type.</summary>
    public Table[] Patches { get; }

    public ErasureSet Erasures { get; }

    public long NowMs { get; }

    /// <summary>Begins a stay in which the store is not closed.</summary>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public EpochScope Enter() => _owner.Enter();

    /// <summary>Adds a scan that calls <see cref="Leave"/>.</summary>
    public PinnedView Share()
    {
        Interlocked.Increment(ref _scans);
        return this;
    }

    /// <summary>Ends the use of one scan.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _scans) == 0)
        {
            _owner.Remove(this);
        }
    }

    /// <summary>What <see cref="PinnedViews"/> disposes once, in this order: files go after what reads them.</summary>
    internal IDisposable[] Parts() =>
    [
        .. View.MemTables.Select(table => new Release(table.LetGo)),
        .. Tables.Concat(Patches).Select(table => new Release(table.LetGo)),
        .. _files is null ? Array.Empty<IDisposable>() : [_files],
    ];

    private sealed class Release(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}
