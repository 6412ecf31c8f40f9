namespace Signals.Hosting;

/// <summary>A store in a .NET host: options from configuration, logging, health checks, graceful shutdown.</summary>
internal static class NamespaceDoc
{
}
