using Signals.Storage.Engine.Context;
using Signals.Storage.Heads;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Views;

/// <summary>
/// What a state of a store holds in memory: its view with the memtables and tables, the memory of both, and the watermarks.
/// </summary>
/// <remarks>
/// Thread contract: see the parts. Lifetime: disposed when no reader is left; the view's tables and memtables go first, then what readers
/// left behind is reclaimed.
/// </remarks>
internal sealed class StoreContents : IDisposable
{
    private readonly OwnedResources _owned = new();

    /// <summary>Opens tables and puts one empty memtable before them.</summary>
    /// <param name="context">The store.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="cacheBytes">The capacity of the block cache.</param>
    /// <param name="headBytes">The most bytes of heads, which are taken from the cache; 0 for none.</param>
    /// <param name="spareArenas">How many pieces of memory for memtables are kept ready.</param>
    public StoreContents(StoreContext context, IEnumerable<TableMeta> tables, long cacheBytes, long headBytes, int spareArenas)
    {
        try
        {
            ReadEpochs epochs = _owned.Add(new ReadEpochs());
            Arenas = _owned.Add(new MemArenaPool(context.Options.MemTableBytes, spareArenas));
            MemTables = new MemTableFactory(Arenas, context.Schema);
            Cache = new BlockCache(cacheBytes, context.Options.CacheHoldsDirectories);
            Heads = _owned.Add(new HeadCache(headBytes, epochs, Arenas, context.Schema.EventTypes.Count));
            Tables = new TableSet(context.TableFolder, context.Schema, Cache);
            Watermarks = new WatermarkSet(context.Schema.EventTypes.Count);
            View = new ViewState(new ReadView([MemTables.Create(firstLog: 0)], TableVersion.Empty), epochs);
            _owned.Add(new ViewParts(View));
            Tables.OpenInto(tables, View, Watermarks);
        }
        catch
        {
            _owned.Dispose();
            throw;
        }
    }

    /// <summary>The memtables and tables that reads see.</summary>
    public ViewState View { get; }

    /// <summary>Makes memtables.</summary>
    public MemTableFactory MemTables { get; }

    /// <summary>Opens tables.</summary>
    public TableSet Tables { get; }

    /// <summary>The memory of the memtables.</summary>
    public MemArenaPool Arenas { get; }

    /// <summary>The blocks that reads keep in memory.</summary>
    public BlockCache Cache { get; }

    /// <summary>The newest events of users that are read.</summary>
    public HeadCache Heads { get; }

    /// <summary>The newest event time of each event type.</summary>
    public WatermarkSet Watermarks { get; }

    public void Dispose() => _owned.Dispose();
}
