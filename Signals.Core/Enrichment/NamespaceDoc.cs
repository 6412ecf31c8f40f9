namespace Signals.Enrichment;

/// <summary>Columns that are joined on later: enrichers and filters, tables of entities to join with, and where they run.</summary>
internal static class NamespaceDoc
{
}
