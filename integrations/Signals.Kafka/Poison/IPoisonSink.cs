namespace Signals.Kafka.Poison;

/// <summary>Keeps poison records. Thread contract: one thread at a time.</summary>
internal interface IPoisonSink : IDisposable
{
    /// <summary>Takes a record; it is kept for certain after the next <see cref="Flush"/>.</summary>
    void Keep(PoisonRecord record);

    /// <summary>Returns when everything taken is kept.</summary>
    void Flush(CancellationToken cancellationToken);
}
