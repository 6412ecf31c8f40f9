namespace Signals.Orleans.Grains;

/// <summary>Asks machines what they hold. Thread contract: any thread.</summary>
internal sealed class ReplicaReports(ReplicaServices services, TimeProvider time)
{
    /// <summary>The reports of the machines that answer in time.</summary>
    public async Task<IReadOnlyList<ReplicaReport>> AskAsync(
        IEnumerable<SiloAddress> silos, TimeSpan patience, CancellationToken cancellationToken)
    {
        ReplicaReport[]?[] reports = await Task.WhenAll(silos.Select(silo => AskAsync(silo, patience, cancellationToken)))
            .ConfigureAwait(false);
        return [.. reports.OfType<ReplicaReport[]>().SelectMany(some => some)];
    }

    private async Task<ReplicaReport[]?> AskAsync(SiloAddress silo, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return await services.On(silo).GetReportsAsync().WaitAsync(patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (Unreachable.Is(error))
        {
            return null; // It counts as a machine that holds nothing; membership will say what it is.
        }
    }
}
