namespace Signals;

/// <summary>The store and what every user of it needs: schemas, events, queries, sequences, exceptions.</summary>
internal static class NamespaceDoc
{
}
