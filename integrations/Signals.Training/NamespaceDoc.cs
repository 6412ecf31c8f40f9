namespace Signals.Training;

/// <summary>Training sets of served sequences, and the quality of their features.</summary>
internal static class NamespaceDoc
{
}
