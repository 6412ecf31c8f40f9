using Signals.Maintenance;

namespace Signals.Tests.Storage.Telemetry;

/// <summary>Writes down what a store says; throws afterwards when asked to. Any thread.</summary>
internal sealed class RecordingObserver(bool throws = false) : StoreObserver
{
    private readonly List<string> _calls = [];

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_calls)
            {
                return [.. _calls];
            }
        }
    }

    public FlushReport Flush { get; private set; }

    public CompactionReport Compaction { get; private set; }

    public RecoveryReport Recovery { get; private set; }

    /// <summary>What was said about how much is kept, in order.</summary>
    public List<RetentionReport> Retention { get; } = [];

    public Exception? Error { get; private set; }

    public override void OnOpened(RecoveryReport recovery)
    {
        Recovery = recovery;
        Note("opened");
    }

    public override void OnFlushed(FlushReport flush)
    {
        Flush = flush;
        Note("flushed");
    }

    public override void OnCompacted(CompactionReport compaction)
    {
        Compaction = compaction;
        Note("compacted");
    }

    public override void OnStallBegan() => Note("stall began");

    public override void OnStallEnded(TimeSpan duration) => Note("stall ended");

    public override void OnHandleShortageBegan(string path) => Note("handle shortage began");

    public override void OnHandleShortageEnded(TimeSpan duration) => Note("handle shortage ended");

    public override void OnRetentionChanged(RetentionReport retention)
    {
        Retention.Add(retention);
        Note("retention changed");
    }

    public override void OnPoisoned(Exception firstError)
    {
        Error = firstError;
        Note("poisoned");
    }

    public override void OnClosed() => Note("closed");

    private void Note(string call)
    {
        lock (_calls)
        {
            _calls.Add(call);
        }

        if (throws)
        {
            throw new InvalidOperationException("The observer fails.");
        }
    }
}
