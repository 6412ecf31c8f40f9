namespace Signals.Bench.Clusters;

/// <summary>
/// The time of the simulation, which jumps from one event to the next. Events of the same moment come in the order in which they were
/// asked for, so a run is the same each time. Used by one thread.
/// </summary>
internal sealed class SimulationClock(WorkPool pool)
{
    private readonly PriorityQueue<Action, (double Time, long Order)> _timers = new();
    private long _asked;

    /// <summary>Seconds since the beginning.</summary>
    public double Now { get; private set; }

    public void After(double seconds, Action act) => _timers.Enqueue(act, (Now + seconds, _asked++));

    /// <summary>Lets everything happen until nothing is left, or until a time.</summary>
    public void Run(double until = double.PositiveInfinity)
    {
        while (true)
        {
            double timer = _timers.TryPeek(out _, out (double Time, long Order) next) ? next.Time : double.PositiveInfinity;
            (SimulatedWork? work, double seconds) = pool.Next();
            double time = Math.Min(timer, Now + seconds);
            if (time > until || double.IsPositiveInfinity(time))
            {
                if (double.IsFinite(until))
                {
                    Go(until);
                }

                return;
            }

            Go(time);
            if (timer <= time)
            {
                _timers.Dequeue()();
            }
            else
            {
                pool.Remove(work!);
                work!.Done();
            }
        }
    }

    private void Go(double time)
    {
        pool.Advance(time - Now);
        Now = time;
    }
}
