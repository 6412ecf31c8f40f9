using Signals.Storage.Engine.Context;

namespace Signals;

/// <summary>
/// Settings of a read-only store; see <see cref="SignalStore.OpenReadOnly"/>. The defaults suit a tool. Sizes are in bytes. Immutable.
/// </summary>
public sealed class ReadOnlyOptions
{
    private readonly long? _memTableBytes;

    /// <summary>
    /// How often the store refreshes itself; null, the default, for never: then only <see cref="ReadOnlyStore.Refresh"/> does. From 10 ms
    /// to 1 day.
    /// </summary>
    public TimeSpan? RefreshInterval { get; init; }

    /// <summary>Memory for cached blocks of tables. Default 64 MiB.</summary>
    public long BlockCacheBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Memory of one memtable, for rows that are in the log and in no table; what is not used is not taken from the system. There are as
    /// many memtables as the rows need. At least 65,536, and enough for the store's largest batch. The default is that of
    /// <see cref="StoreOptions.MemTableBytes"/>.
    /// </summary>
    public long MemTableBytes
    {
        get => _memTableBytes ?? new StoreOptions().MemTableBytes;
        init => _memTableBytes = value;
    }

    /// <summary>The store's name in the tag <c>signals.store</c> of measurements; null for the name of the folder.</summary>
    public string? Name { get; init; }

    /// <summary>Where the store takes the time from; the system by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    internal EngineOptions Validate()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        if (RefreshInterval is { } interval)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromMilliseconds(10), nameof(RefreshInterval));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, TimeSpan.FromDays(1), nameof(RefreshInterval));
        }

        return new StoreOptions
        {
            BlockCacheBytes = BlockCacheBytes,
            HeadCacheBytes = 0,
            MemTableBytes = MemTableBytes,
            Name = Name,
            TimeProvider = TimeProvider,
        }.Validate();
    }
}
