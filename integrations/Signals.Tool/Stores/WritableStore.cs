namespace Signals.Tool.Stores;

/// <summary>
/// Opens an existing store with the schema that it holds. The options do not set how long versions are kept, so the setting that
/// the store's own program made stays in force.
/// </summary>
internal static class WritableStore
{
    /// <summary>What an acknowledgement of such a store promises: the default, as no option sets it.</summary>
    public static Durability Durability { get; } = new StoreOptions().Durability;

    /// <exception cref="DirectoryNotFoundException">The folder holds no store.</exception>
    public static SignalStore Open(string folder) => SignalStore.Open(folder, SignalStore.ReadSchema(folder));
}
