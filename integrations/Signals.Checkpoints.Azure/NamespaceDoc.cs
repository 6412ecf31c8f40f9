namespace Signals.Checkpoints.Azure;

/// <summary>Checkpoints of a store in Azure Blob Storage.</summary>
internal static class NamespaceDoc
{
}
