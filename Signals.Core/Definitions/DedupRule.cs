using Signals.Core.Definitions.Values;

namespace Signals.Core.Definitions;

/// <summary>
/// Keeps the newest of the events with the same key ("latest per item"). An event in which a key column has no value is never a
/// duplicate. Floating-point keys are compared by value: zeros of both signs are one key, and so are all NaNs.
/// </summary>
internal sealed record DedupRule
{
    /// <summary>The columns of the key: scalar, text or bytes. Each has the same type in every event type that has it.</summary>
    public required ValueList<string> Columns { get; init; }

    /// <summary>Which events are compared with each other.</summary>
    public DedupScope Scope { get; init; }
}
