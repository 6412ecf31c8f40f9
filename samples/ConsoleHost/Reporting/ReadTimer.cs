using System.Diagnostics;
using Signals.Samples.ConsoleHost.Generation;
using Signals.Samples.ConsoleHost.Ingest;

namespace Signals.Samples.ConsoleHost.Reporting;

/// <summary>Times reads of the last 100 events, all types and columns, of users drawn from a sample; at most as many as
/// there were events. One thread.</summary>
internal sealed class ReadTimer(SignalStore store, UserSample users, ulong seed)
{
    /// <summary>Events per read.</summary>
    public const int EventsPerRead = 100;

    private const int MaxReads = 50_000;

    /// <summary>Runs the reads; empty when there is nobody to read.</summary>
    public LatencySamples Run()
    {
        LatencySamples samples = new();
        if (users.Count == 0)
        {
            return samples;
        }
        SequenceQuery query = store.Query([.. store.Schema.EventTypes.Select(type => type.Name)])
            .Last(EventsPerRead).Columns(SharedColumns.Of(store.Schema)).Build();
        SampleRandom random = new(seed);
        int reads = Math.Min(users.Count, MaxReads);
        int warmUp = reads / 10;
        for (int i = -warmUp; i < reads; i++)
        {
            int user = (int)random.Below((uint)users.Count);
            long started = Stopwatch.GetTimestamp();
            using (Sequence sequence = store.Read(users[user], query))
            {
                _ = sequence.Count;
            }
            if (i >= 0)
            {
                samples.Add(Stopwatch.GetElapsedTime(started));
            }
        }
        return samples;
    }
}
