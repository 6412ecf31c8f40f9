namespace Signals.Scanning;

/// <summary>Whole event types, column by column: scans that exports, training sets and aggregates are built on.</summary>
internal static class NamespaceDoc
{
}
