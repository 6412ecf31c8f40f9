using Signals.Storage.Engine.Context;

namespace Signals.Storage.Engine.Views;

/// <summary>
/// Divides the budget of the block cache: heads take their room from the blocks, and so do the resident directories and filters of the
/// tables when one budget holds all.
/// </summary>
/// <remarks>Thread contract: any thread. Lifetime: that of the store.</remarks>
internal sealed class CacheShare(StoreContext context, StoreContents contents)
{
    private readonly Lock _lock = new();

    /// <summary>Bytes of directories and filters, resident and cached.</summary>
    public long DirectoryBytes => ResidentBytes + CachedPageBytes + contents.Cache.Directories.HeldBytes;

    // With one budget for all, cached pages of directories are among the blocks.
    private long CachedPageBytes => context.Options.CacheHoldsDirectories ? 0 : contents.Cache.Directories.GetStats().ResidentBytes;

    // What tables hold whatever is read.
    private long ResidentBytes =>
        contents.View.Current.Tables.Tables.Sum(table => table.ResidentBytes) + contents.View.Current.Tables.FilterBytes;

    /// <summary>Divides the budget anew: the tables have changed, or the heads have.</summary>
    public void Update()
    {
        lock (_lock)
        {
            long resident = context.Options.CacheHoldsDirectories ? ResidentBytes : 0;
            contents.Heads.AllowedBytes = Math.Clamp(contents.Cache.TotalBytes - resident, 0, contents.Heads.LimitBytes);
            contents.Cache.Reserve(contents.Heads.HeldBytes + resident);
        }
    }
}
