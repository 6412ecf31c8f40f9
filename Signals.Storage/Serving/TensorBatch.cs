using Signals.Core.Model;
using Signals.Core.Serving;

namespace Signals.Storage.Serving;

/// <summary>Reads a batch of users into tensors: in groups small enough that what was fetched is still in the cache when it is written.</summary>
/// <remarks>Thread contract: one thread at a time; reused. If it throws, it is dropped.</remarks>
/// <param name="plan">The plan.</param>
/// <param name="group">Runs a group of users.</param>
/// <param name="single">Runs a user again who needs older rows than the group's fetch brought.</param>
internal sealed class TensorBatch(SequencePlan plan, SequenceRun group, SequenceRun single)
{
    private const int GroupUsers = 8;

    private readonly TensorWriter _writer = new(plan);

    public void Read(ReadOnlySpan<UserId> users, TensorSet destination, long nowMs, in ReadBudget budget, ReadTrace? trace)
    {
        _writer.Begin(destination, users.Length);
        while (!users.IsEmpty)
        {
            ReadOnlySpan<UserId> some = users[..Math.Min(GroupUsers, users.Length)];
            users = users[some.Length..];
            if (budget.IsExpired && destination.UserCount > 0)
            {
                WriteNothing(some.Length);
                continue;
            }

            group.Run(some, nowMs, budget, trace);
            destination.AddWatermarks(group.Fetcher);
            for (int user = 0; user < some.Length; user++)
            {
                Write(some[user], user, nowMs, budget, trace);
            }

            group.End();
        }
    }

    private void Write(in UserId id, int user, long nowMs, in ReadBudget budget, ReadTrace? trace)
    {
        if (group.IsSettled(user))
        {
            _writer.Write(group, user, group.StatusOf(user));
        }
        else if (budget.IsExpired)
        {
            _writer.Write(group, user, group.StatusOf(user) | ServingStatus.Truncated);
        }
        else
        {
            single.Run(new ReadOnlySpan<UserId>(in id), nowMs, budget, trace);
            _writer.Write(single, 0, single.StatusOf(0));
            single.End();
        }
    }

    private void WriteNothing(int users)
    {
        for (int i = 0; i < users; i++)
        {
            _writer.Write(null, 0, ServingStatus.Truncated);
        }
    }
}
