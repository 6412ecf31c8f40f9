namespace Signals.Dashboard;

/// <summary>A page that shows the stores of a process, in an ASP.NET Core host.</summary>
internal static class NamespaceDoc
{
}
