namespace Signals.Bench.Compare;

/// <summary>
/// Requests of a service: each belongs to a user of the workload and brings 1 to 5 of that user's events. Immutable.
/// </summary>
internal sealed class RequestPlan
{
    private const int MostEvents = 5;
    private const int CheckedUsers = 100;

    private readonly int[] _starts;

    /// <param name="log">Where times, ids and fields of the events come from.</param>
    /// <param name="requests">The number of requests; fewer when the log ends before.</param>
    public RequestPlan(EventLog log, int requests)
    {
        Random random = new(17);
        List<int> starts = [0];
        while (starts.Count <= requests && starts[^1] + MostEvents <= log.Count)
        {
            starts.Add(starts[^1] + 1 + random.Next(MostEvents));
        }

        _starts = [.. starts];
        Log = log.Take(_starts[^1]);
        for (int request = 0; request < Count; request++)
        {
            int start = StartOf(request);
            Log.Users.AsSpan(start, EventsOf(request)).Fill(Log.Users[start]);
        }

        Model = new SequenceModel(Log, Log.Users.Distinct().Take(CheckedUsers));
    }

    /// <summary>The events of all requests, one after the other.</summary>
    public EventLog Log { get; }

    /// <summary>The right answers after all requests, for some users.</summary>
    public SequenceModel Model { get; }

    /// <summary>The number of requests.</summary>
    public int Count => _starts.Length - 1;

    public int StartOf(int request) => _starts[request];

    public int EventsOf(int request) => _starts[request + 1] - _starts[request];

    public ulong UserOf(int request) => Log.Users[_starts[request]];
}
