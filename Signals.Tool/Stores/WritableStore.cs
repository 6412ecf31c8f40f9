using Signals.Storage;

namespace Signals.Tool.Stores;

/// <summary>Opens a store that exists, with the schema that it holds. What it keeps, and how long, is what its own program stated: an opening that states nothing inherits it.</summary>
internal static class WritableStore
{
    /// <exception cref="DirectoryNotFoundException">The folder holds no store.</exception>
    public static SignalStore Open(string folder) => SignalStore.Open(folder, SignalStore.ReadSchema(folder));
}
