using Signals.Core.Model;
using Signals.Serving;
using Signals.Storage.Engine;
using Signals.Storage.Engine.Reading;

namespace Signals.Storage.DefinitionServing;

/// <summary>
/// Rebuilds sequences from receipts. It opens each version once and reads its logs once, whatever the order of the receipts.
/// </summary>
/// <remarks>Thread contract: one call at a time per object; any number of objects per store.</remarks>
internal sealed class SequenceRebuilder(StoreEngine engine, StoreDefinitions definitions)
{
    private static readonly ReadOptions Unhurried = new() { Deadline = TimeSpan.FromDays(1) };

    private readonly Dictionary<ServedPlan, ServedPlan> _plans = [];

    /// <summary>
    /// Rebuilds all receipts, in an order of its own, and passes each answer on with its index. The receiver disposes the answer.
    /// </summary>
    public void Rebuild(
        ReadOnlyMemory<SequenceReceipt> receipts, Action<int, RebuiltSequence> onRebuilt, CancellationToken cancellationToken)
    {
        int[] order = [.. Enumerable.Range(0, receipts.Length)
            .OrderBy(i => receipts.Span[i].Version)
            .ThenBy(i => receipts.Span[i].Position)];
        for (int start = 0; start < order.Length;)
        {
            uint version = receipts.Span[order[start]].Version;
            int count = 1;
            while (start + count < order.Length && receipts.Span[order[start + count]].Version == version)
            {
                count++;
            }

            RebuildVersion(version, receipts, order.AsSpan(start, count), onRebuilt, cancellationToken);
            start += count;
        }
    }

    private void RebuildVersion(
        uint version,
        ReadOnlyMemory<SequenceReceipt> receipts,
        ReadOnlySpan<int> order,
        Action<int, RebuiltSequence> onRebuilt,
        CancellationToken cancellationToken)
    {
        using PastState? past = engine.OpenPast(version, out StreamPosition end);
        _plans.Clear();
        foreach (int index in order)
        {
            cancellationToken.ThrowIfCancellationRequested();
            onRebuilt(index, Rebuild(receipts.Span[index], past, end));
        }
    }

    private RebuiltSequence Rebuild(in SequenceReceipt receipt, PastState? past, StreamPosition end)
    {
        if (past is null)
        {
            return new RebuiltSequence(RebuildStatus.Expired);
        }

        StreamPosition position = new(receipt.Position);
        if (position > StreamPosition.Min(end, engine.History!.Gate.Position) || position < past.Position)
        {
            return new RebuiltSequence(RebuildStatus.Lost);
        }

        past.AdvanceTo(position);
        if (past.Position != position)
        {
            return new RebuiltSequence(RebuildStatus.Lost);
        }

        if (engine.ErasedTo(receipt.User) != past.ErasedTo(receipt.User))
        {
            return new RebuiltSequence(RebuildStatus.ErasedUser);
        }

        return definitions.Find(receipt.Definition) is { } plan
            ? Read(receipt, past, plan)
            : new RebuiltSequence(RebuildStatus.UnknownDefinition);
    }

    private RebuiltSequence Read(in SequenceReceipt receipt, PastState past, ServedPlan plan)
    {
        if (!_plans.TryGetValue(plan, out ServedPlan? then))
        {
            _plans.Add(plan, then = plan.For(past.Reader, past.Clock));
        }

        past.Clock.NowMs = receipt.AsOfMs;
        ServedSequence sequence = then.Read(receipt.User, Unhurried);
        if (sequence.Count == receipt.Length && sequence.Checksum == receipt.Checksum)
        {
            return new RebuiltSequence(RebuildStatus.Exact, sequence);
        }

        bool wasWhole = (receipt.Status & ~ServingStatus.UnknownUser) == 0;
        sequence.Dispose();
        return new RebuiltSequence(wasWhole ? RebuildStatus.Different : RebuildStatus.Incomplete);
    }
}
