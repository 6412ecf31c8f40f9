using Signals.Core.Tenancy;
using Signals.Serving;

namespace Signals.Storage.DefinitionServing;

/// <summary>Runs reads of a tenant's definitions within its quota and its circuit.</summary>
/// <remarks>
/// Thread contract: any thread; it allocates only for failures. A read in which the host's code failed counts towards the
/// circuit. A read that is incomplete for another reason does not.
/// </remarks>
internal static class TenantRead
{
    public static ServedSequence Read(Tenant tenant, ServedPlan plan, in UserId user, in ReadOptions options)
    {
        TenantLease lease = tenant.Enter();
        ServedSequence answer;
        try
        {
            answer = plan.Read(user, options);
        }
        catch (Exception error)
        {
            lease.Fail(error);
            throw;
        }

        if ((answer.Status & ServingStatus.StageFailed) != 0 && answer.Error is { } failure)
        {
            lease.Fail(failure);
        }
        else
        {
            lease.Complete(answer.Count);
        }

        return answer;
    }

    public static void ReadTensors(
        Tenant tenant, ServedPlan plan, ReadOnlySpan<UserId> users, TensorSet destination, in ReadOptions options)
    {
        TenantLease lease = tenant.Enter();
        try
        {
            plan.ReadTensors(users, destination, options);
        }
        catch (Exception error)
        {
            lease.Fail(error);
            throw;
        }

        int rows = 0;
        bool hasFailed = false;
        for (int user = 0; user < destination.UserCount; user++)
        {
            rows += destination.Lengths[user];
            hasFailed |= (destination.Statuses[user] & ServingStatus.StageFailed) != 0;
        }

        if (hasFailed)
        {
            lease.Fail(new InvalidOperationException($"A stage of '{plan.Plan.Definition.Name}' failed in a batch."));
        }
        else
        {
            lease.Complete(rows);
        }
    }
}
