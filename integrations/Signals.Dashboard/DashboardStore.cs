using Signals.Definitions;
using Signals.Enrichment;
using Signals.Serving;

namespace Signals.Dashboard;

/// <summary>A store of the page, and what the page cannot know by itself. Set it before the page is asked for.</summary>
public sealed class DashboardStore
{
    internal DashboardStore(string name, SignalStore store)
    {
        Name = name;
        Store = store;
        TelemetryName = Path.GetFileName(Path.TrimEndingDirectorySeparator(store.Folder));
    }

    /// <summary>The name under which the page shows the store.</summary>
    public string Name { get; }

    /// <summary>The store.</summary>
    public SignalStore Store { get; }

    /// <summary>
    /// The name that the store gives its measurements: <see cref="StoreOptions.Name"/>, or the name of its folder, which is the
    /// default here. The page finds latencies, flushes and compactions by it. Stores of the same name show the sum.
    /// </summary>
    public string TelemetryName { get; set; }

    /// <summary>
    /// <see cref="StoreOptions.MemoryBudgetBytes"/> of the store, in bytes, to be shown beside what it uses; null, the default, when
    /// there is none.
    /// </summary>
    public long? MemoryBudgetBytes { get; set; }

    /// <summary>The enrichers and event filters for definitions that the page registers; null, the default, for none.</summary>
    public EnrichmentCatalog? Catalog { get; set; }

    /// <summary>
    /// The stages of the host for a definition that the page registers, by its name; null, the default, for none. Without this a
    /// definition that the host registers with stages of its own loses them when the page registers a version.
    /// </summary>
    public Func<string, SequenceStages?>? Stages { get; set; }

    /// <summary>
    /// Writes the erasure of a user to the log that feeds the store, such as <c>KafkaSignals.EraseAsync</c>. Null, the default, for a
    /// store without a log: the page then erases in the store itself, and refuses to when a log has fed it.
    /// </summary>
    /// <remarks>The replicas erase when they get there, so the page has no certificate of such an erasure.</remarks>
    public Func<UserId, CancellationToken, Task>? EraseThroughLog { get; set; }

    /// <summary>
    /// Writes a definition to the log that feeds the store, such as <c>KafkaSignals.DefineAsync</c>. Null, the default, for a store
    /// without a log: the page then registers with the store itself, and refuses to when a log has fed it.
    /// </summary>
    public Func<SequenceDefinition, CancellationToken, Task>? DefineThroughLog { get; set; }
}
