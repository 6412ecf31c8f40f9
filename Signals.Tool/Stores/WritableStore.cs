using Signals.Storage;
using Signals.Storage.History;

namespace Signals.Tool.Stores;

/// <summary>Opens a store that exists, with the schema that it holds. Versions that it keeps stay: how long is for the store's own program to say.</summary>
internal static class WritableStore
{
    /// <exception cref="DirectoryNotFoundException">The folder holds no store.</exception>
    public static SignalStore Open(string folder) => SignalStore.Open(folder, SignalStore.ReadSchema(folder), new StoreOptions
    {
        VersionRetention = SignalStore.KeepsVersions(folder) ? new VersionRetention { Age = TimeSpan.FromDays(3650), MaxBytes = long.MaxValue, Granularity = TimeSpan.FromHours(1) } : null,
    });
}
