namespace Signals.Core.Definitions;

/// <summary>
/// Of the events with the same key, the newest is kept: "latest per item". An event in which a key column has no value is never a
/// duplicate. Floating-point keys are equal by value: zeros of both signs are one key, and so are all NaNs.
/// </summary>
public sealed record DedupRule
{
    /// <summary>The columns of the key, of the same type wherever they are: scalar, text or bytes.</summary>
    public required ValueList<string> Columns { get; init; }

    /// <summary>Between which events.</summary>
    public DedupScope Scope { get; init; }
}
