namespace Signals.Checkpoints;

/// <summary>Incremental checkpoints of a store in shared storage: upload, restore, retention, a schedule.</summary>
internal static class NamespaceDoc
{
}
