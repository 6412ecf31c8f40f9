namespace Signals.Serving;

/// <summary>Sequences by definition: answers, tensors, receipts, tenants, and sequences of the past.</summary>
internal static class NamespaceDoc
{
}
