namespace Signals.Offline;

/// <summary>Jobs over history: segments that are made outside of the store, and their import.</summary>
internal static class NamespaceDoc
{
}
