namespace Signals.Bench.Clusters;

/// <summary>Bytes that a machine fetches, or events that it replays, until there are none left. Used by one thread.</summary>
/// <param name="silo">The machine.</param>
/// <param name="isTransfer">Bytes of shared storage; otherwise events of the log.</param>
/// <param name="amount">How much there is.</param>
/// <param name="done">What follows.</param>
internal sealed class SimulatedWork(SimulatedSilo silo, bool isTransfer, double amount, Action done)
{
    public SimulatedSilo Silo { get; } = silo;

    public bool IsTransfer { get; } = isTransfer;

    public double Left { get; set; } = amount;

    public Action Done { get; } = done;
}
