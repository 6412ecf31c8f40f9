using System.Globalization;
using Microsoft.Extensions.Logging;
using Signals.Maintenance;

namespace Signals.Hosting;

/// <summary>Logs the activity of a store. The event ids are stable; docs/logging.md lists them. Any thread.</summary>
internal sealed partial class StoreLog(ILogger logger, string store) : StoreObserver
{
    public override void OnOpened(RecoveryReport recovery) => Opened(
        store, recovery.Path, recovery.Tables, recovery.TableRows, recovery.EventsReplayed, recovery.Duration.TotalMilliseconds);

    public override void OnFlushed(FlushReport flush) =>
        Flushed(store, flush.Rows, flush.Tables, flush.Bytes, flush.Duration.TotalMilliseconds);

    public override void OnCompacted(CompactionReport compaction)
    {
        if (compaction is { FollowsShorterRetention: true, RowsDropped: > 0 })
        {
            DroppedByShorterRetention(store, compaction.RowsDropped, compaction.EventType, compaction.Tables);
        }
        else if (compaction.IsDrop)
        {
            Expired(store, compaction.EventType, compaction.Tables, compaction.RowsDropped);
        }
        else
        {
            Compacted(
                store, compaction.EventType, compaction.Tables, compaction.BytesRead, compaction.BytesWritten, compaction.RowsDropped,
                compaction.Duration.TotalMilliseconds);
        }
    }

    public override void OnStallBegan() => StallBegan(store);

    public override void OnStallEnded(TimeSpan duration) => StallEnded(store, duration.TotalMilliseconds);

    public override void OnHandleShortageBegan(string path) => HandleShortageBegan(store, path);

    public override void OnHandleShortageEnded(TimeSpan duration) => HandleShortageEnded(store, duration.TotalMilliseconds);

    public override void OnWorkFailed(WorkFailureReport failure) =>
        WorkFailed(store, failure.Work, failure.InARow, failure.Pause.TotalMilliseconds, failure.Error);

    public override void OnTableSetAside(ulong table, Exception reason) => TableSetAside(store, table, reason);

    public override void OnWorkResumed(string work) => WorkResumed(store, work);

    public override void OnRetentionChanged(RetentionReport retention)
    {
        string held = Limits(retention.HeldKeepLast, retention.HeldMaxAge);
        string declared = Limits(retention.DeclaredKeepLast, retention.DeclaredMaxAge);
        string until = retention.Until.ToString("u", CultureInfo.InvariantCulture);
        switch (retention.Change)
        {
            case RetentionChange.Held:
                RetentionHeld(store, retention.EventType!, declared, held, until);
                break;
            case RetentionChange.InForce:
                RetentionInForce(store, retention.EventType!, declared, held);
                break;
            case RetentionChange.Undone:
                RetentionUndone(store, retention.EventType!, declared);
                break;
            case RetentionChange.ClockAhead:
                ClockAhead(store, retention.Since.ToString("u", CultureInfo.InvariantCulture), until);
                break;
        }
    }

    public override void OnPoisoned(Exception firstError) => Poisoned(store, firstError);

    public override void OnClosed() => Closed(store);

    [LoggerMessage(1000, LogLevel.Information,
        "Store {Store} is open at {Path}: {Tables} tables with {Rows} rows, {Replayed} events replayed from the log, " +
        "{Milliseconds:F0} ms")]
    private partial void Opened(string store, string path, int tables, long rows, long replayed, double milliseconds);

    [LoggerMessage(1001, LogLevel.Information, "Store {Store} is closed")]
    private partial void Closed(string store);

    [LoggerMessage(1002, LogLevel.Information, "Store {Store} is closing: what was accepted is being made durable")]
    public partial void Closing(string store);

    [LoggerMessage(1003, LogLevel.Warning, "Store {Store} is open elsewhere; the start waits for {Owner}")]
    public partial void WaitsForLock(string store, string owner);

    [LoggerMessage(1010, LogLevel.Debug, "Store {Store} flushed {Rows} rows into {Tables} tables of {Bytes} bytes, {Milliseconds:F0} ms")]
    private partial void Flushed(string store, long rows, int tables, long bytes, double milliseconds);

    [LoggerMessage(1011, LogLevel.Debug,
        "Store {Store} merged {Tables} tables of {EventType}: {BytesRead} bytes read, {BytesWritten} written, " +
        "{RowsDropped} rows dropped, {Milliseconds:F0} ms")]
    private partial void Compacted(
        string store, string eventType, int tables, long bytesRead, long bytesWritten, long rowsDropped, double milliseconds);

    [LoggerMessage(1012, LogLevel.Debug, "Store {Store} dropped {Tables} expired tables of {EventType} with {RowsDropped} rows")]
    private partial void Expired(string store, string eventType, int tables, long rowsDropped);

    [LoggerMessage(1020, LogLevel.Warning, "Store {Store} holds ingest back: its memtables wait to be flushed")]
    private partial void StallBegan(string store);

    [LoggerMessage(1021, LogLevel.Warning, "Store {Store} goes on after a write stall of {Milliseconds:F0} ms")]
    private partial void StallEnded(string store, double milliseconds);

    [LoggerMessage(1022, LogLevel.Warning,
        "Store {Store} waits: no file handle is left to open {Path}; close files or sockets of this process, or raise its limit")]
    private partial void HandleShortageBegan(string store, string path);

    [LoggerMessage(1023, LogLevel.Warning, "Store {Store} goes on after {Milliseconds:F0} ms without a file handle")]
    private partial void HandleShortageEnded(string store, double milliseconds);

    [LoggerMessage(1024, LogLevel.Error,
        "Store {Store}: a {Work} failed, {InARow} times in a row; nothing is lost, it is tried again in {Milliseconds:F0} ms")]
    private partial void WorkFailed(string store, string work, int inARow, double milliseconds, Exception error);

    [LoggerMessage(1025, LogLevel.Information, "Store {Store}: the {Work} that failed before has succeeded")]
    private partial void WorkResumed(string store, string work);

    [LoggerMessage(1026, LogLevel.Error, "Store {Store}: table {Table} is left out of merges from now on; everything else goes on")]
    private partial void TableSetAside(string store, ulong table, Exception error);

    [LoggerMessage(1013, LogLevel.Warning,
        "Store {Store} deleted {RowsDropped} rows of {EventType} from {Tables} tables, after a shorter last-N or max age came into force")]
    private partial void DroppedByShorterRetention(string store, long rowsDropped, string eventType, int tables);

    [LoggerMessage(1040, LogLevel.Warning,
        "Store {Store}: {EventType} is declared with {Declared}, which is less than before. Reads follow it; on disk {Held} are kept " +
        "until {Until}. Declare the old limits again before that if this is a mistake")]
    private partial void RetentionHeld(string store, string eventType, string declared, string held, string until);

    [LoggerMessage(1041, LogLevel.Warning,
        "Store {Store}: {EventType} keeps {Declared} from now on; what it held beyond that ({Held}) is being deleted")]
    private partial void RetentionInForce(string store, string eventType, string declared, string held);

    [LoggerMessage(1042, LogLevel.Information,
        "Store {Store}: {EventType} is declared with {Declared} again; nothing was deleted because of the shorter limits")]
    private partial void RetentionUndone(string store, string eventType, string declared);

    [LoggerMessage(1043, LogLevel.Warning,
        "Store {Store}: the clock is far ahead of {Believed}. Until {Until} nothing is deleted because of it; set the clock right " +
        "if it is wrong")]
    private partial void ClockAhead(string store, string believed, string until);

    private static string Limits(int keepLast, TimeSpan? maxAge)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        string count = keepLast == int.MaxValue ? "all events of a user" : string.Create(culture, $"the last {keepLast} events of a user");
        return maxAge is { } age ? string.Create(culture, $"{count} up to {age:g} old") : count;
    }

    [LoggerMessage(1030, LogLevel.Critical, "Store {Store} has failed and refuses writes until it is reopened; reads go on")]
    private partial void Poisoned(string store, Exception error);
}
