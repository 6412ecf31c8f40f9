using Signals.Core.Serving;
using Signals.Serving;
using Signals.Storage.Primitives;

namespace Signals.Storage.DefinitionServing;

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

    public override long HeldBytes => group.Execution.HeldBytes + single.Execution.HeldBytes;

    public override long UsedBytes => group.Execution.UsedBytes + single.Execution.UsedBytes;

    public void Read(
        ReadOnlySpan<UserId> users, TensorSet destination, long nowMs, in ReadBudget budget, ReadTrace? trace, ReceiptMaker? receipts)
    {
        _receipts = receipts;
        single.Execution.ForgetUse();
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

            group.Execution.Run(some, nowMs, budget, trace);
            destination.AddWatermarks(group.Fetcher);
            for (int user = 0; user < some.Length; user++)
            {
                Write(some[user], user, destination, nowMs, budget, trace);
            }

            group.Execution.End();
        }
    }

    private void Write(in UserId id, int user, TensorSet destination, long nowMs, in ReadBudget budget, ReadTrace? trace)
    {
        if (group.Execution.IsSettled(user))
        {
            Write(group, user, group.Execution.StatusOf(user), destination);
        }
        else if (budget.IsExpired)
        {
            Write(group, user, group.Execution.StatusOf(user) | ServingStatus.Truncated, destination);
        }
        else
        {
            single.Execution.Run(new ReadOnlySpan<UserId>(in id), nowMs, budget, trace);
            Write(single, 0, single.Execution.StatusOf(0), destination);
            single.Execution.End();
        }
    }

    private void Write(ServedRun run, int user, ServingStatus status, TensorSet destination)
    {
        _writer.Write(run.Execution, user, status);
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
