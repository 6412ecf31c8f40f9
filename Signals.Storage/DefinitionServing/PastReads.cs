using Signals.Core.Model;
using Signals.Definitions;
using Signals.Serving;
using Signals.Storage.Engine;
using Signals.Storage.Engine.Reading;
using Signals.Storage.History;

namespace Signals.Storage.DefinitionServing;

/// <summary>
/// Reads sequences as they were known at many times. It goes through the kept versions and their logs once, from the oldest time to
/// the newest, and at each state through its users in order.
/// </summary>
/// <remarks>
/// Thread contract: one call at a time per object; any number of objects per store. Invariant: the state that a read sees holds no
/// commit behind the point that was recorded at or before the time of the read. The state only moves forward, so the reads must come in
/// the order of their points. No enricher runs in a read, because it would answer with what it knows now.
/// </remarks>
internal sealed class PastReads
{
    private static readonly ReadOptions Unhurried = new() { Deadline = TimeSpan.FromDays(1) };

    private readonly StoreEngine _engine;
    private readonly VersionHistory _history;
    private readonly ServedPlan _plan;

    /// <exception cref="InvalidOperationException">The definition computes, or may compute, an enrichment at serving.</exception>
    public PastReads(StoreEngine engine, VersionHistory history, ServedPlan plan)
    {
        (_engine, _history, _plan) = (engine, history, plan);
        SequenceDefinition definition = plan.Plan.Definition;
        if (definition.Enrichments.FirstOrDefault(use => use.Placement != PlacementChoice.Indexing) is { } computed)
        {
            throw new InvalidOperationException(
                $"The definition '{definition.Name}' computes '{computed.Name}' at serving from what is known now; "
                + "place it at Indexing, or use receipts.");
        }
    }

    /// <summary>Reads all, in an order of its own, and passes each answer on with its index. The receiver disposes the answer.</summary>
    public void Read(ReadOnlyMemory<PastRead> reads, Action<int, RebuiltSequence> onRead, CancellationToken cancellationToken)
    {
        PlacedRead[] placed = Place(reads.Span, onRead);
        for (int start = 0; start < placed.Length;)
        {
            ulong version = placed[start].Point.Version;
            int count = 1;
            while (start + count < placed.Length && placed[start + count].Point.Version == version)
            {
                count++;
            }

            ReadVersion(version, placed.AsSpan(start, count), reads, onRead, cancellationToken);
            start += count;
        }
    }

    /// <summary>Finds the state of each read, and puts the reads in the order of their states. Reads without a state end here.</summary>
    private PlacedRead[] Place(ReadOnlySpan<PastRead> reads, Action<int, RebuiltSequence> onRead)
    {
        List<PlacedRead> placed = new(reads.Length);
        for (int i = 0; i < reads.Length; i++)
        {
            if (_history.PointAt(reads[i].AsOfMs) is { } point)
            {
                placed.Add(new PlacedRead(point, reads[i].User, i));
            }
            else
            {
                onRead(i, new RebuiltSequence(RebuildStatus.Expired));
            }
        }

        placed.Sort();
        return [.. placed];
    }

    private void ReadVersion(
        ulong version,
        ReadOnlySpan<PlacedRead> placed,
        ReadOnlyMemory<PastRead> reads,
        Action<int, RebuiltSequence> onRead,
        CancellationToken cancellationToken)
    {
        using PastState? past = _engine.OpenPast(version, out StreamPosition end);
        ServedPlan? then = past is null ? null : _plan.For(past.Reader, past.Clock);
        foreach (ref readonly PlacedRead read in placed)
        {
            cancellationToken.ThrowIfCancellationRequested();
            onRead(
                read.Index,
                past is null ? new RebuiltSequence(RebuildStatus.Expired) : Read(read, reads.Span[read.Index], past, then!, end));
        }
    }

    private RebuiltSequence Read(in PlacedRead read, in PastRead asked, PastState past, ServedPlan then, StreamPosition end)
    {
        if (read.Point.Position > end)
        {
            // After a crash, new commits took these positions again.
            return new RebuiltSequence(RebuildStatus.Lost);
        }

        past.AdvanceTo(read.Point.Position);
        if (IsErasedSince(asked.User, past))
        {
            return new RebuiltSequence(RebuildStatus.ErasedUser);
        }

        past.Clock.NowMs = asked.AsOfMs;
        ServedSequence sequence = then.Read(asked.User, Unhurried);
        if (IsErasedSince(asked.User, past))
        {
            sequence.Dispose(); // the erasure came during the read
            return new RebuiltSequence(RebuildStatus.ErasedUser);
        }

        return new RebuiltSequence(RebuildStatus.Exact, sequence);
    }

    private bool IsErasedSince(in UserId user, PastState past) => _engine.ErasedTo(user) != past.ErasedTo(user);
}
