using Signals.Storage.Engine.Context;

namespace Signals.Storage.Engine.Views;

/// <summary>
/// Divides the budget of the block cache: when one budget holds both, the resident directories and filters of the tables take their
/// room from the blocks.
/// </summary>
/// <remarks>Thread contract: any thread. Lifetime: that of the store.</remarks>
internal sealed class CacheShare(StoreContext context, StoreContents contents)
{
    /// <summary>Bytes of directories and filters, resident and cached.</summary>
    public long DirectoryBytes => ResidentBytes + CachedPageBytes + contents.Cache.Directories.HeldBytes;

    // With one budget for all, cached pages of directories are among the blocks.
    private long CachedPageBytes => context.Options.CacheHoldsDirectories ? 0 : contents.Cache.Directories.GetStats().ResidentBytes;

    // What tables hold whatever is read.
    private long ResidentBytes =>
        contents.View.Current.Tables.Tables.Sum(table => table.ResidentBytes) + contents.View.Current.Tables.FilterBytes;

    /// <summary>Divides the budget anew: the tables have changed.</summary>
    public void Update()
    {
        if (context.Options.CacheHoldsDirectories)
        {
            contents.Cache.Reserve(ResidentBytes);
        }
    }
}
