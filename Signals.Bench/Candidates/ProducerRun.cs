namespace Signals.Bench.Candidates;

/// <summary>Divides a log among producers. Batches of adjacent events are assigned to them in turn.</summary>
internal static class ProducerRun
{
    /// <summary>Runs the producers, each on its own thread when there are several. Returns when all are done.</summary>
    public static void All(int producers, Action<int> produce)
    {
        if (producers == 1)
        {
            produce(0);
            return;
        }

        Task[] tasks = [.. Enumerable.Range(0, producers)
            .Select(producer => Task.Factory.StartNew(() => produce(producer), TaskCreationOptions.LongRunning))];
        Task.WaitAll(tasks);
    }

    /// <summary>Calls the handler with the start and count of each batch of one producer.</summary>
    public static void ForEachBatch(EventLog log, int producer, int producers, Action<int, int> handle)
    {
        for (int start = producer * ICandidate.BatchRows; start < log.Count; start += producers * ICandidate.BatchRows)
        {
            handle(start, Math.Min(ICandidate.BatchRows, log.Count - start));
        }
    }
}
