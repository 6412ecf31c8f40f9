namespace Signals.Tests.Generators;

/// <summary>A store of typed events in a folder of its own. Threads: one.</summary>
internal sealed class TypedStore : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("signals-typed-").FullName;

    public TypedStore(StoreSchema? schema = null) => Store = Open(schema ?? StoreSchema.Of<EveryKind, Visit, Click>());

    public SignalStore Store { get; private set; }

    /// <summary>The present time in whole milliseconds.</summary>
    public static DateTimeOffset Now =>
        DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    public void Reopen(StoreSchema schema)
    {
        Store.Dispose();
        Store = Open(schema);
    }

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private SignalStore Open(StoreSchema schema) => SignalStore.Open(_folder, schema, new StoreOptions { MemoryBudgetBytes = 64 << 20 });
}
