namespace Signals.Maintenance;

/// <summary>Upkeep: checkpoints, verification, salvage, certificates of erasure, and what a store reports of itself.</summary>
internal static class NamespaceDoc
{
}
