using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Maintenance;

/// <summary>
/// Reads every byte of the files of one version and checks it: checksums, order, counts, windows, and that files, footers and
/// manifest agree. Thread contract: one thread. It only reads, and does not use the block cache. Damage becomes a line of the
/// report.
/// </summary>
internal sealed class StoreVerifier(StoreFolder folder, StoreSchema schema)
{
    private readonly List<VerifyProblem> _problems = [];
    private readonly BlockCache _noCache = new(0);
    private int _filesDone;
    private long _bytes;

    public VerifyReport Verify(VerifyPlan plan, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken)
    {
        int all = 1 + plan.State.Tables.Count + plan.Logs.Length + (plan.Log == 0 ? 0 : 1);
        if (plan.ManifestProblem is { } wrong)
        {
            _problems.Add(wrong);
        }

        Done(LengthOf(plan.Manifest));
        foreach (TableMeta meta in plan.State.Tables.Values)
        {
            Check(StoreFiles.FileOf(meta), path => VerifyTable(path, meta, cancellationToken), meta.FileLength);
        }

        RequireFirstLog(plan);
        ulong next = 0;
        foreach (ulong log in plan.Logs)
        {
            Check(StoreFiles.Log(log), path => next = VerifySealed(path, log, next), LengthOf(StoreFiles.Log(log)));
        }

        if (plan.Log != 0)
        {
            Check(StoreFiles.Log(plan.Log), path => VerifyFrames(path, plan.Log, plan.LogEnd, next), plan.LogEnd);
        }

        return new VerifyReport(_filesDone, _bytes, _problems);

        void Check(string name, Action<string> verify, long length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string path = folder.PathOf(name);
            try
            {
                verify(path);
            }
            catch (CorruptionException damage)
            {
                _problems.Add(new VerifyProblem(damage.File, damage.Offset, damage.Message));
            }
            catch (SignalsException error)
            {
                _problems.Add(new VerifyProblem(path, 0, error.Message));
            }

            Done(length);
            progress?.Report(new VerifyProgress(_filesDone, all, _bytes));
        }
    }

    private void RequireFirstLog(VerifyPlan plan)
    {
        ulong first = plan.Logs.Length > 0 ? plan.Logs[0] : plan.Log;
        if (first != 0 && first != plan.State.FirstLiveLog)
        {
            _problems.Add(new VerifyProblem(
                folder.Log(plan.State.FirstLiveLog), 0,
                "the manifest needs this log, but it is missing."));
        }
    }

    private void Done(long bytes)
    {
        _filesDone++;
        _bytes += bytes;
    }

    private void VerifyTable(string path, TableMeta meta, CancellationToken cancellationToken)
    {
        if (meta.EventType >= schema.EventTypes.Count)
        {
            throw new CorruptionException(
                path, 0,
                $"the table is of event type {meta.EventType}; the schema has {schema.EventTypes.Count}.");
        }

        EventTypeSchema type = schema.EventTypes[meta.EventType];
        if (TimeWindow.StartOf(meta.MinTime, type.Window) != meta.WindowStart || meta.MaxTime < meta.MinTime)
        {
            throw new CorruptionException(
                path, 0,
                $"times {meta.MinTime} to {meta.MaxTime} "
                + $"do not begin in the window of {type.Window} from {meta.WindowStart}.");
        }

        using Table table = Table.Open(
            folder.Files, path, meta, type, _noCache, columnFile: file => folder.ColumnFile(file.Number));
        table.Verify(cancellationToken);
    }

    private ulong VerifySealed(string path, ulong log, ulong first)
    {
        LogReplay replay = LogReader.Replay(
            folder.Files, path, log, first, isLast: false,
            (payload, position) => RequireRecords(path, payload, position));
        return replay.NextSequence;
    }

    private void VerifyFrames(string path, ulong log, long end, ulong first) =>
        LogScan.ReadTo(folder.Files, path, log, end, (long offset, in LogFrame frame, ReadOnlySpan<byte> payload) =>
        {
            if (offset == LogFormat.HeaderBytes && first != 0 && frame.Sequence != first)
            {
                throw new CorruptionException(
                    path, offset,
                    $"the frame has sequence {frame.Sequence}; expected {first} after the log before it.");
            }

            RequireRecords(path, payload, frame.Position);
        });

    private void RequireRecords(string path, ReadOnlySpan<byte> payload, long position)
    {
        try
        {
            RecordCheck.Require(payload, schema);
        }
        catch (InvalidDataException error)
        {
            throw new CorruptionException(
                path, 0,
                $"the frame that ends at stream position {position} is intact but holds no valid records: {error.Message}",
                error);
        }
    }

    private long LengthOf(string name)
    {
        string path = folder.PathOf(name);
        if (!folder.Files.FileExists(path))
        {
            return 0;
        }

        using IFile file = folder.Files.Open(path, FileOpenMode.Read);
        return file.Length;
    }
}
