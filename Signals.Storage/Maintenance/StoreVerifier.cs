using Signals.Core.Model;
using Signals.Maintenance;
using Signals.Storage.DefinitionFiles;
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

    public VerifyReport Verify(VerifyScope scope, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken)
    {
        bool hasDefinitions = folder.Files.FileExists(folder.Definitions);
        int all = 1 + (hasDefinitions ? 1 : 0) + scope.State.Tables.Count + scope.Logs.Length + (scope.Log == 0 ? 0 : 1);
        if (scope.ManifestProblem is { } wrong)
        {
            _problems.Add(wrong);
        }

        Done(LengthOf(scope.Manifest));
        foreach (TableMeta meta in scope.State.Tables.Values)
        {
            Check(StoreFiles.FileOf(meta), path => VerifyTable(path, meta, cancellationToken), meta.FileLength);
        }

        if (hasDefinitions)
        {
            Check(StoreFiles.Definitions, _ => DefinitionFile.TryRead(folder), LengthOf(StoreFiles.Definitions));
        }

        RequireFirstLog(scope);
        ulong next = 0;
        foreach (ulong log in scope.Logs)
        {
            Check(StoreFiles.Log(log), path => next = VerifySealed(path, log, next), LengthOf(StoreFiles.Log(log)));
        }

        if (scope.Log != 0)
        {
            Check(StoreFiles.Log(scope.Log), path => VerifyEntries(path, scope.Log, scope.LogEnd, next), scope.LogEnd);
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

    private void RequireFirstLog(VerifyScope scope)
    {
        ulong first = scope.Logs.Length > 0 ? scope.Logs[0] : scope.Log;
        if (first != 0 && first != scope.State.FirstLiveLog)
        {
            _problems.Add(new VerifyProblem(
                folder.Log(scope.State.FirstLiveLog), 0,
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

    private void VerifyEntries(string path, ulong log, long end, ulong first) =>
        LogScan.ReadTo(folder.Files, path, log, end, (long offset, in LogEntry entry, ReadOnlySpan<byte> payload) =>
        {
            if (offset == LogFormat.HeaderBytes && first != 0 && entry.Sequence != first)
            {
                throw new CorruptionException(
                    path, offset,
                    $"the entry has sequence {entry.Sequence}; expected {first} after the log before it.");
            }

            RequireRecords(path, payload, entry.Position);
        });

    private void RequireRecords(string path, ReadOnlySpan<byte> payload, StreamPosition position)
    {
        try
        {
            RecordCheck.Require(payload, schema);
        }
        catch (InvalidDataException error)
        {
            throw new CorruptionException(
                path, 0,
                $"the entry that ends at stream position {position} is intact but holds no valid records: {error.Message}",
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
