using Signals.Core.Serving;

namespace Signals.Storage.Serving;

/// <summary>What one read of a definition asks for besides. Immutable; <c>default</c> is what the definition says.</summary>
public readonly record struct ReadOptions
{
    /// <summary>How long the read may take, in place of the definition's deadline. Zero: what the first fetch brings.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Records what each stage did; <c>null</c> costs nothing.</summary>
    public ReadTrace? Trace { get; init; }
}
