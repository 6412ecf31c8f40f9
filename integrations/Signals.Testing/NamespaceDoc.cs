namespace Signals.Testing;

/// <summary>Test doubles for hosts of Signals: a Kafka broker inside the test process.</summary>
internal static class NamespaceDoc
{
}
