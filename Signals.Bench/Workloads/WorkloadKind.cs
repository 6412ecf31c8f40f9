namespace Signals.Bench.Workloads;

/// <summary>What the events of a workload look like. The option uses these names.</summary>
internal enum WorkloadKind
{
    /// <summary>
    /// Users and event ids are small numbers, the item is a field, and batches are filled with events of one type where a store
    /// likes that.
    /// </summary>
    Dense,

    /// <summary>
    /// Users are random 64-bit numbers and an event's id is a random 60-bit item id. The types are mixed in each batch. Each type
    /// declares an enrichment of 64 bytes, which arrives later or never.
    /// </summary>
    Random,

    /// <summary>As <see cref="Random"/>, but with very many users, each of whom has 3 to 20 events and then stays away.</summary>
    Churn,
}
