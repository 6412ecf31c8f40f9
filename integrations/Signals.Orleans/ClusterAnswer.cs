using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Signals.Orleans;

/// <summary>
/// Where an answer comes from and how late it may be. It is part of every answer, and what it claims is proven, not assumed.
/// Immutable.
/// </summary>
/// <remarks>
/// A replica asks the log for its end now and then. When it has applied everything up to that end, then its answers hold every
/// event that was acknowledged before it asked. <see cref="Lag"/> is the time since then.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ClusterAnswer
{
    // 32 bytes, because every local read copies them more than once. A number whose flag is not set is 0, so that equal answers are equal.
    private readonly long _lagRecords;
    private readonly long _lagTicks;
    private readonly AnswerFlags _flags;

    /// <summary>The answer of a replica whose lag is known, or null, at the moment of the answer.</summary>
    [SetsRequiredMembers]
    internal ClusterAnswer(
        int partition, long position, ReplicaRole role, long? lagRecords, TimeSpan? lag, TimeSpan completeWithin, bool isLocal)
    {
        Partition = partition;
        Position = position;
        Role = role;
        _lagRecords = lagRecords.GetValueOrDefault();
        _lagTicks = lag.GetValueOrDefault().Ticks;
        _flags = (lagRecords.HasValue ? AnswerFlags.HasLagRecords : 0) | (lag.HasValue ? AnswerFlags.HasLag : 0)
            | (lag <= completeWithin ? AnswerFlags.IsComplete : 0) | (isLocal ? AnswerFlags.IsLocal : 0);
    }

    /// <summary>The partition of the user, from 0.</summary>
    public required int Partition { get; init; }

    /// <summary>The answer holds every record of the partition below this offset.</summary>
    public required long Position { get; init; }

    /// <summary>What the replica was for the partition.</summary>
    public required ReplicaRole Role { get; init; }

    /// <summary>
    /// The number of records of the log that the answer lacks, as far as the replica knew; null when it has not learnt the end of
    /// the log.
    /// </summary>
    public required long? LagRecords
    {
        get => Has(AnswerFlags.HasLagRecords) ? _lagRecords : null;
        init
        {
            _lagRecords = value.GetValueOrDefault();
            _flags = With(AnswerFlags.HasLagRecords, value.HasValue);
        }
    }

    /// <summary>
    /// The answer holds every event that was acknowledged longer ago than this, counted to the time when the caller received it.
    /// Null when nothing is known, because the replica has not caught up since it was opened.
    /// </summary>
    public required TimeSpan? Lag
    {
        get => Has(AnswerFlags.HasLag) ? new TimeSpan(_lagTicks) : null;
        init
        {
            _lagTicks = value.GetValueOrDefault().Ticks;
            _flags = With(AnswerFlags.HasLag, value.HasValue);
        }
    }

    /// <summary>Whether <see cref="Lag"/> is known and at most <see cref="SignalsClusterOptions.CompleteWithin"/>.</summary>
    public required bool IsComplete
    {
        get => Has(AnswerFlags.IsComplete);
        init => _flags = With(AnswerFlags.IsComplete, value);
    }

    /// <summary>Whether the replica was in the process of the caller.</summary>
    public required bool IsLocal
    {
        get => Has(AnswerFlags.IsLocal);
        init => _flags = With(AnswerFlags.IsLocal, value);
    }

    /// <summary>The same answer after it was under way for some time: its claim has become older.</summary>
    internal ClusterAnswer After(TimeSpan elapsed, TimeSpan completeWithin)
    {
        TimeSpan? lag = Lag is TimeSpan then ? then + elapsed : null;
        return this with { Lag = lag, IsComplete = lag <= completeWithin };
    }

    private bool Has(AnswerFlags flag) => (_flags & flag) != 0;

    private AnswerFlags With(AnswerFlags flag, bool isSet) => isSet ? _flags | flag : _flags & ~flag;

    [Flags]
    private enum AnswerFlags : byte
    {
        HasLagRecords = 1,
        HasLag = 2,
        IsComplete = 4,
        IsLocal = 8,
    }
}
