namespace Signals.Arrow;

/// <summary>Apache Arrow out of a store: record batches, files, streams and the C data interface.</summary>
internal static class NamespaceDoc
{
}
