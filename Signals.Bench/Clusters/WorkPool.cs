namespace Signals.Bench.Clusters;

/// <summary>
/// The work that goes on at the same time, as a fluid: machines and shared storage divide their rates equally among what uses them.
/// Used by one thread.
/// </summary>
internal sealed class WorkPool(SimulationInputs inputs)
{
    private readonly List<SimulatedWork> _work = [];
    private int _transfers;

    /// <summary>The most transfers that went on at the same time.</summary>
    public int MostTransfers { get; private set; }

    /// <summary>Bytes that were fetched, also by transfers that were ended before.</summary>
    public double BytesFetched { get; private set; }

    public void Add(SimulatedWork work)
    {
        _work.Add(work);
        Count(work, 1);
        MostTransfers = Math.Max(MostTransfers, _transfers);
    }

    public void Remove(SimulatedWork work)
    {
        if (_work.Remove(work))
        {
            Count(work, -1);
        }
    }

    /// <summary>The work that ends first if nothing changes, and in how many seconds; infinity when there is none.</summary>
    public (SimulatedWork? Work, double Seconds) Next()
    {
        (SimulatedWork? first, double least) = (null, double.PositiveInfinity);
        foreach (SimulatedWork work in _work)
        {
            double seconds = work.Left / RateOf(work);
            if (seconds < least)
            {
                (first, least) = (work, seconds);
            }
        }

        return (first, Math.Max(0, least));
    }

    public void Advance(double seconds)
    {
        foreach (SimulatedWork work in _work)
        {
            double done = Math.Min(work.Left, RateOf(work) * seconds);
            work.Left -= done;
            BytesFetched += work.IsTransfer ? done : 0;
        }
    }

    // Events that come in meanwhile are taken first, for the stores that follow and for the one that catches up.
    private double RateOf(SimulatedWork work)
    {
        SimulatedSilo silo = work.Silo;
        if (work.IsTransfer)
        {
            return Math.Min(inputs.RestoreBytesPerSecond / silo.Transfers, inputs.StorageBytesPerSecond / _transfers);
        }

        double live = inputs.EventsPerSecond * (silo.Followers + silo.Replays);
        return Math.Max(0, inputs.ReplayPerSecond - live) / silo.Replays;
    }

    private void Count(SimulatedWork work, int by)
    {
        if (work.IsTransfer)
        {
            work.Silo.Transfers += by;
            _transfers += by;
        }
        else
        {
            work.Silo.Replays += by;
        }
    }
}
