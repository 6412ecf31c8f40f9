namespace Signals.Serving;

/// <summary>A sequence that was rebuilt from a receipt, or the reason why it could not be. Dispose it.</summary>
/// <remarks>Thread contract: like <see cref="ServedSequence"/>, which it may hold.</remarks>
public readonly struct RebuiltSequence : IDisposable, IEquatable<RebuiltSequence>
{
    private readonly ServedSequence _sequence;

    internal RebuiltSequence(RebuildStatus status, ServedSequence sequence = default)
    {
        Status = status;
        _sequence = sequence;
    }

    /// <summary>The outcome of the rebuild.</summary>
    public RebuildStatus Status { get; }

    /// <summary>The sequence as it was served. Columns that enrichers compute at serving were computed again.</summary>
    /// <exception cref="InvalidOperationException">There is no sequence; the message says why.</exception>
    public ServedSequence Sequence => Status == RebuildStatus.Exact
        ? _sequence
        : throw new InvalidOperationException($"The sequence was not rebuilt: {Status}. Check Status before you take the sequence.");

    /// <summary>Ends the lease of the sequence, if there is one. A second call does nothing.</summary>
    public void Dispose() => _sequence.Dispose();

    /// <summary>Whether both have the same status and hold the same lease.</summary>
    public bool Equals(RebuiltSequence other) => Status == other.Status && _sequence == other._sequence;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RebuiltSequence other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Status, _sequence);

    /// <summary>Whether both have the same status and hold the same lease.</summary>
    public static bool operator ==(RebuiltSequence left, RebuiltSequence right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(RebuiltSequence left, RebuiltSequence right) => !left.Equals(right);
}
