namespace Signals.Checkpoints.S3;

/// <summary>Checkpoints of a store in Amazon S3.</summary>
internal static class NamespaceDoc
{
}
