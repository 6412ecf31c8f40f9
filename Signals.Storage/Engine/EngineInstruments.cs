using System.Diagnostics.Metrics;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Views;
using Signals.Storage.Telemetry;

namespace Signals.Storage.Engine;

/// <summary>
/// The instruments that show an engine's counters. They are read only when somebody collects, so the engine pays nothing for them.
/// </summary>
/// <remarks>Thread contract: callbacks on whatever thread collects. Lifetime: they end with the meter.</remarks>
internal static class EngineInstruments
{
    public static void Register(StoreContext context, WatermarkSet watermarks, CounterSource source)
    {
        Meter meter = context.Telemetry.Meter;
        Counters counters = new(meter, source);
        RegisterIngest(counters);
        RegisterTables(counters);
        RegisterMemory(counters);
        meter.CreateObservableGauge(
            TelemetryNames.WatermarkLag,
            () => WatermarkLags(context, watermarks),
            "s",
            "Now minus the newest event time indexed, per event type.");
    }

    private static void RegisterIngest(in Counters counters)
    {
        counters.Add(TelemetryNames.IngestEvents, "{event}", "Events indexed, those replayed at open included.", c => c.EventsApplied);
        counters.Add(
            TelemetryNames.IngestOutOfReach,
            "{event}",
            "Events accepted that were older than the max age of their type when they came.",
            c => c.EventsOutOfReach);
        counters.AddTagged(
            TelemetryNames.IngestRejected, "{event}", "Events that did not enter the ring.", TelemetryNames.ReasonTag,
            c => [("too_early", c.EventsTooEarly), ("too_late", c.EventsTooLate), ("too_large", c.EventsTooLarge)]);
        counters.Add(
            TelemetryNames.IngestLeftOut,
            "{event}",
            "Rejected events that were left out while the rest of their batch was taken.",
            c => c.EventsLeftOut);
        counters.Add(
            TelemetryNames.IngestHidden,
            "{event}",
            "Events indexed that an erasure of their user hid when they came.",
            c => c.EventsHiddenByErasure);
        counters.Add(TelemetryNames.IngestBackPressure, "{append}", "Appends that found the ring full.", c => c.BackPressure);
        counters.Add(TelemetryNames.IngestStalls, "{stall}", "Waits of ingest for the flush or for compaction.", c => c.Stalls);
        counters.Add(
            TelemetryNames.IngestTableStalls,
            "{stall}",
            "Waits of ingest for compaction, because of the number of tables.",
            c => c.TableStalls);
        counters.Add(TelemetryNames.IngestStallTime, "s", "Time of these waits.", c => c.StallTime.TotalSeconds);
        counters.Add(TelemetryNames.LogWritten, "By", "Bytes written to the write-ahead log.", c => c.LogBytes);
        counters.Add(TelemetryNames.LogSyncs, "{sync}", "Syncs of the write-ahead log.", c => c.LogSyncs);
        counters.AddGauge(TelemetryNames.RingUsed, "By", "Bytes accepted and not yet indexed.", c => c.RingUsedBytes);
        counters.AddGauge(TelemetryNames.RingSize, "By", "Bytes of the ring.", c => c.RingBytes);
    }

    private static void RegisterTables(in Counters counters)
    {
        counters.Add(TelemetryNames.Flushes, "{flush}", "Memtables flushed.", c => c.Flush.Flushes);
        counters.Add(TelemetryNames.FlushWritten, "By", "Bytes that flushes wrote.", c => c.Flush.Bytes);
        counters.Add(TelemetryNames.Compactions, "{compaction}", "Merges of tables.", c => c.Compaction.Compactions);
        counters.Add(TelemetryNames.CompactionRead, "By", "Bytes that compactions read.", c => c.Compaction.BytesRead);
        counters.Add(TelemetryNames.CompactionWritten, "By", "Bytes that compactions wrote.", c => c.Compaction.BytesWritten);
        counters.Add(
            TelemetryNames.CompactionPaced,
            "s",
            "Time that compaction was held back to its rate.",
            c => c.CompactionPacedTime.TotalSeconds);
        counters.Add(
            TelemetryNames.EventsMerged,
            "{event}",
            "Copies of an event that were merged into one.",
            c => c.Flush.Merged + c.Compaction.Merged);
        counters.Add(
            TelemetryNames.RowsDropped,
            "{row}",
            "Rows left out because of erasure, age or last-N.",
            c => c.Flush.Dropped + c.Compaction.Dropped);
        counters.Add(TelemetryNames.TablesExpired, "{table}", "Tables dropped whole, unread.", c => c.Compaction.TablesExpired);
        counters.AddGauge(TelemetryNames.Tables, "{table}", "Tables of the current version.", c => c.Tables);
        counters.AddGauge(
            TelemetryNames.TablesAside,
            "{table}",
            "Tables that merges leave alone: damaged, or with too much of one user.",
            c => c.TablesAside);
        counters.AddGauge(TelemetryNames.TableSize, "By", "Bytes of their files.", c => c.TableBytes);
        counters.AddGauge(TelemetryNames.TableRows, "{row}", "Rows in them.", c => c.TableRows);
        counters.AddGauge(TelemetryNames.ErasedUsers, "{user}", "Users erased and remembered as such.", c => c.ErasedUsers);
    }

    private static void RegisterMemory(in Counters counters)
    {
        counters.Add(TelemetryNames.CacheHits, "{request}", "Block requests that the cache answered.", c => c.Cache.Hits);
        counters.Add(TelemetryNames.CacheMisses, "{request}", "Block requests that read the file.", c => c.Cache.Misses);
        counters.Add(
            TelemetryNames.CacheWarmed,
            "{block}",
            "Blocks put into free room of the cache before a read asked for them.",
            c => c.Cache.Warmed);
        counters.Add(TelemetryNames.BlockReads, "{read}", "File reads of block requests.", c => c.Cache.DeviceReads);
        counters.Add(TelemetryNames.BlockReadBytes, "By", "Bytes of these reads.", c => c.Cache.DeviceBytes);
        counters.AddGauge(TelemetryNames.CacheSize, "By", "Bytes of blocks held.", c => c.Cache.ResidentBytes);
        counters.AddGauge(TelemetryNames.Heads, "{head}", "Users and event types whose newest events are kept ready.", c => c.Heads);
        counters.AddGauge(TelemetryNames.HeadSize, "By", "Memory of the heads.", c => c.HeadBytes);
        counters.Add(TelemetryNames.HeadsMade, "{head}", "Heads made, each by a read of memtables and tables.", c => c.HeadsMade);
        counters.Add(TelemetryNames.HeadsEvicted, "{head}", "Heads given up for want of room.", c => c.HeadsEvicted);
        counters.Add(TelemetryNames.HeadsFailed, "{head}", "Heads whose rows could not be read.", c => c.HeadsFailed);
        counters.AddGauge(TelemetryNames.MemTableSize, "By", "Memory of all memtables, spare ones included.", c => c.MemTableBytes);
        counters.AddGauge(TelemetryNames.MemTableRows, "{row}", "Rows in memtables, duplicates included.", c => c.MemTableRows);
        counters.AddGauge(TelemetryNames.DirectorySize, "By", "Memory of the tables' directories and indexes.", c => c.DirectoryBytes);
    }

    // A type without events has no watermark, and so no lag.
    private static List<Measurement<double>> WatermarkLags(StoreContext context, WatermarkSet watermarks)
    {
        List<Measurement<double>> lags = [];
        long now = context.NowMs;
        foreach (EventTypeSchema type in context.Schema.EventTypes.Where(type => !type.IsDropped))
        {
            long newest = watermarks.Newest(type.Id);
            if (newest != long.MinValue)
            {
                KeyValuePair<string, object?> tag = new(TelemetryNames.EventTypeTag, type.Name);
                lags.Add(new Measurement<double>((now - newest) / 1000.0, tag));
            }
        }

        return lags;
    }

    private readonly struct Counters(Meter meter, CounterSource source)
    {
        public void Add(string name, string unit, string description, Func<EngineCounters, long> read)
        {
            CounterSource counters = source;
            meter.CreateObservableCounter(name, () => read(counters.Read()), unit, description);
        }

        public void Add(string name, string unit, string description, Func<EngineCounters, double> read)
        {
            CounterSource counters = source;
            meter.CreateObservableCounter(name, () => read(counters.Read()), unit, description);
        }

        public void AddTagged(
            string name, string unit, string description, string tag, Func<EngineCounters, (string Value, long Count)[]> read)
        {
            CounterSource counters = source;
            meter.CreateObservableCounter<long>(
                name,
                () => Array.ConvertAll(
                    read(counters.Read()), one => new Measurement<long>(one.Count, new KeyValuePair<string, object?>(tag, one.Value))),
                unit,
                description);
        }

        public void AddGauge(string name, string unit, string description, Func<EngineCounters, long> read)
        {
            CounterSource counters = source;
            meter.CreateObservableUpDownCounter(name, () => read(counters.Read()), unit, description);
        }
    }
}
