namespace Signals.Definitions;

/// <summary>What a served sequence is, as data: written in code or JSON, checked, versioned.</summary>
internal static class NamespaceDoc
{
}
