using Signals.Core.Model;
using Signals.Core.Serving;
using Signals.Storage.Primitives;

namespace Signals.Storage.Serving;

/// <summary>
/// Reads a batch of users into tensors, in groups small enough that the fetched rows are still in the processor's cache when they
/// are written.
/// </summary>
/// <remarks>Thread contract: one thread at a time; reused. After an exception it must not be used again.</remarks>
/// <param name="plan">The plan.</param>
/// <param name="group">Runs the plan for a group of users.</param>
/// <param name="single">Runs the plan again for a user that needs older rows than the group's fetch brought.</param>
internal sealed class TensorBatch(SequencePlan plan, ServedRun group, ServedRun single) : PooledObject
{
    private const int GroupUsers = 8;

    private readonly TensorWriter _writer = new(plan);
    private readonly ServedRun[] _runs = [group, single];

    private ReceiptMaker? _receipts;

    /// <summary>The runs that fetch rows.</summary>
    public ReadOnlySpan<ServedRun> Runs => _runs;

    public override long HeldBytes => group.Run.HeldBytes + single.Run.HeldBytes;

    public override long UsedBytes => group.Run.UsedBytes + single.Run.UsedBytes;

    public void Read(
        ReadOnlySpan<UserId> users, TensorSet destination, long nowMs, in ReadBudget budget, ReadTrace? trace, ReceiptMaker? receipts)
    {
        _receipts = receipts;
        single.Run.ForgetUse();
        _writer.Begin(destination, users.Length);
        while (!users.IsEmpty)
        {
            ReadOnlySpan<UserId> some = users[..Math.Min(GroupUsers, users.Length)];
            users = users[some.Length..];
            if (budget.IsExpired && destination.UserCount > 0)
            {
                WriteNothing(some, destination, nowMs);
                continue;
            }

            group.Run.Run(some, nowMs, budget, trace);
            destination.AddWatermarks(group.Fetcher);
            for (int user = 0; user < some.Length; user++)
            {
                Write(some[user], user, destination, nowMs, budget, trace);
            }

            group.Run.End();
        }
    }

    private void Write(in UserId id, int user, TensorSet destination, long nowMs, in ReadBudget budget, ReadTrace? trace)
    {
        if (group.Run.IsSettled(user))
        {
            Write(group, user, group.Run.StatusOf(user), destination);
        }
        else if (budget.IsExpired)
        {
            Write(group, user, group.Run.StatusOf(user) | ServingStatus.Truncated, destination);
        }
        else
        {
            single.Run.Run(new ReadOnlySpan<UserId>(in id), nowMs, budget, trace);
            Write(single, 0, single.Run.StatusOf(0), destination);
            single.Run.End();
        }
    }

    private void Write(ServedRun run, int user, ServingStatus status, TensorSet destination)
    {
        _writer.Write(run.Run, user, status);
        if (_receipts is not null)
        {
            destination.Add(_receipts.Make(run, user, status));
        }
    }

    private void WriteNothing(ReadOnlySpan<UserId> users, TensorSet destination, long nowMs)
    {
        foreach (ref readonly UserId user in users)
        {
            _writer.Write(null, 0, ServingStatus.Truncated);
            if (_receipts is not null)
            {
                destination.Add(_receipts.MakeEmpty(user, nowMs, ServingStatus.Truncated));
            }
        }
    }
}
