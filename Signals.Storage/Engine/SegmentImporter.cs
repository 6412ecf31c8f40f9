using System.Globalization;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.Segments;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Takes segments into the store: staged, checked, then published with one version edit.</summary>
/// <remarks>
/// Thread contract: any thread; one import at a time. Nothing of the engine waits for an import but the commit of its edit. A segment
/// that is refused, or an import that fails before its commit, leaves the store as it was; an error of the commit itself poisons it.
/// </remarks>
internal sealed class SegmentImporter : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly StoreSchema _schema;
    private readonly FileNumbers _numbers;
    private readonly TableSet _tables;
    private readonly VersionCommitter _committer;
    private readonly SegmentRegistry _registry;
    private readonly WatermarkSet _watermarks;
    private readonly TimeSpan _maxFutureTime;
    private readonly TimeSpan _maxPastTime;
    private readonly TimeProvider _time;
    private readonly Action<Exception> _commitFailed;
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _turn = new(1); // held by the import or declaration under way
    private long _outOfReach;

    public SegmentImporter(
        IFileSystem files,
        string directory,
        StoreSchema schema,
        FileNumbers numbers,
        TableSet tables,
        VersionCommitter committer,
        SegmentRegistry registry,
        WatermarkSet watermarks,
        EngineOptions options,
        TimeProvider time,
        Action<Exception> commitFailed)
    {
        _files = files;
        _directory = directory;
        _schema = schema;
        _numbers = numbers;
        _tables = tables;
        _committer = committer;
        _registry = registry;
        _watermarks = watermarks;
        _maxFutureTime = options.MaxFutureTime;
        _maxPastTime = options.MaxPastTime;
        _time = time;
        _commitFailed = commitFailed;
    }

    /// <summary>Imported events that no read will show, because they were older than the max age of their type when they came.</summary>
    public long OutOfReach => Volatile.Read(ref _outOfReach);

    /// <summary>Imports a segment on this thread.</summary>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public ImportResult Import(string path, ImportOptions options, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = LinkToClosing(cancellationToken);
        return InTurn(() => ImportInTurn(path, options, either.Token), either.Token);
    }

    /// <summary>Records durably up to when an event type is complete; an earlier time than before changes nothing.</summary>
    public void DeclareComplete(EventTypeSchema type, long upToMs) => InTurn(
        () =>
        {
            if (_registry.Of(type.Id).CompleteUpToMs is long before && before >= upToMs)
            {
                return false;
            }

            VersionEdit edit = new();
            edit.CompleteUpTo.Add(type.Id, upToMs);
            Commit(edit, []);
            _registry.DeclareComplete(type.Id, upToMs);
            return true;
        },
        CancellationToken.None);

    /// <summary>Ends the import under way and waits for it.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        _turn.Wait();
    }

    private CancellationTokenSource LinkToClosing(CancellationToken cancellationToken) =>
        CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);

    // After closing nobody gets a turn: the one who closed keeps it.
    private T InTurn<T>(Func<T> work, CancellationToken cancellation)
    {
        try
        {
            _turn.Wait(cancellation.CanBeCanceled ? cancellation : _closing.Token);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw new ObjectDisposedException("SignalStore");
        }

        try
        {
            return work();
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw new ObjectDisposedException("SignalStore");
        }
        finally
        {
            _turn.Release();
        }
    }

    private ImportResult ImportInTurn(string path, ImportOptions options, CancellationToken cancellation)
    {
        void Report(ImportStage stage, long done, long total)
        {
            cancellation.ThrowIfCancellationRequested();
            options.Progress?.Report(new ImportProgress(stage, done, total));
            cancellation.ThrowIfCancellationRequested();
        }

        FileIdentity? source = RequireForeign(path);
        ulong number = _numbers.Next();
        using StagedSegment staged = StagedSegment.Bring(
            _files, _directory, path, number, options.Move, (done, total) => Report(ImportStage.Copying, done, total));
        SegmentFile segment = SegmentFile.Read(staged.Content);
        EventTypeSchema type = SegmentColumns.TypeOf(segment.Header, _schema, path);
        ushort[] columns = SegmentColumns.IdsOf(segment.Header, type, path);
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        long reach = type.MaxAge is { } age ? now - (age.Ticks / TimeSpan.TicksPerMillisecond) : long.MinValue;
        TableFooter[] footers = SegmentVerifier.Verify(
            segment, reach, done => Report(ImportStage.Verifying, done, segment.Length), out long outOfReach);
        if (_registry.TryGet(segment.ContentId, out ImportedSegment known))
        {
            return Describe(known, type, isKnown: true, options.Move && TryRemove(path, source));
        }

        RequireTimes(path, footers, now);
        Report(ImportStage.Publishing, 0, segment.Length);
        VersionEdit edit = new();
        edit.AddedTables.AddRange(footers.Select((footer, i) => MetaOf(segment, i, footer, type, columns, number, now)));
        ImportedSegment imported = SegmentOf(segment, footers, type, now);
        edit.ImportedSegments.Add(imported);
        Publish(staged, edit);
        _registry.Add(imported);
        Interlocked.Add(ref _outOfReach, outOfReach);
        _watermarks.Raise(type.Id, footers.Select(footer => footer.NewestInserted).DefaultIfEmpty(long.MinValue).Max());
        return Describe(imported, type, isKnown: false, options.Move && TryRemove(path, source));
    }

    private void Publish(StagedSegment staged, VersionEdit edit)
    {
        if (edit.AddedTables.Count == 0)
        {
            Commit(edit, []);
            return;
        }

        staged.Enter();
        Table[] opened = _tables.OpenAll(edit.AddedTables);
        staged.Keep();
        Commit(edit, opened);
    }

    private void Commit(VersionEdit edit, Table[] opened)
    {
        try
        {
            _committer.Commit(edit, opened, (view, version) => view.WithTables(version));
        }
        catch (Exception error)
        {
            _commitFailed(error);
            if (error is SignalsException)
            {
                throw;
            }

            throw new StorePoisonedException(error);
        }
    }

    private void RequireTimes(string path, TableFooter[] footers, long nowMs)
    {
        EventTimeRange taken = EventTimeRange.Around(nowMs, _maxPastTime, _maxFutureTime);
        long[] ends = [.. footers.SelectMany(footer => new[] { footer.MinTime, footer.MaxTime })];
        int wrong = Array.FindIndex(ends, end => !taken.Holds(end));
        if (wrong >= 0)
        {
            string what = ends[wrong] < taken.EarliestMs
                ? $"earlier than now less the allowed {nameof(StoreOptions.MaxPastTime)} of {_maxPastTime}"
                : $"later than now plus the allowed {nameof(StoreOptions.MaxFutureTime)} of {_maxFutureTime}";
            string? unit = TimeUnitGuess.Of(ends, taken.EarliestMs, taken.LatestMs);
            throw new EventRejectedException(
                RejectionReason.TimeOutOfRange,
                $"Segment '{path}' has an event at {ends[wrong]} ms, {what}.{(unit is null ? "" : $" Its times look like {unit}.")} Nothing of it was imported.")
            {
                LooksLike = unit,
            };
        }
    }

    private TableMeta MetaOf(
        SegmentFile segment, int index, TableFooter footer, EventTypeSchema type, ushort[] columns, ulong number, long nowMs)
    {
        SegmentPart part = segment.Parts[index];
        return new TableMeta
        {
            Number = _numbers.Next(),
            EventType = type.Id,
            WindowStart = footer.WindowStart,
            MinTime = footer.MinTime,
            MaxTime = footer.MaxTime,
            Rows = footer.Rows,
            Users = footer.Users,
            FileLength = part.Length,
            FileChecksum = part.Checksum,
            Kind = footer.Run.Kind,
            Stamp = footer.Run.Stamp,
            Traits = footer.Traits,
            NewestInserted = footer.NewestInserted,
            SegmentFile = number,
            SegmentOffset = part.Offset,
            PartIdentity = footer.Identity,
            ColumnIds = columns,
            ImportedMs = nowMs,
        };
    }

    private static ImportedSegment SegmentOf(SegmentFile segment, TableFooter[] footers, EventTypeSchema type, long nowMs) => new()
    {
        ContentId = segment.ContentId,
        EventType = type.Id,
        Source = segment.Header.Source,
        Generation = segment.Header.Generation,
        SourceRank = segment.Header.SourceRank,
        Events = footers.Where(footer => footer.Run.Kind == RunKind.Events).Sum(footer => (long)footer.Rows),
        Patches = footers.Where(footer => footer.Run.Kind == RunKind.Patches).Sum(footer => (long)footer.Rows),
        FileBytes = segment.Length,
        ImportedMs = nowMs,
        CorrectedDays = segment.Header.CorrectedDays,
    };

    private static ImportResult Describe(ImportedSegment segment, EventTypeSchema type, bool isKnown, bool sourceRemoved) => new()
    {
        AlreadyImported = isKnown,
        ContentId = segment.ContentId.ToString("x32", CultureInfo.InvariantCulture),
        EventType = type.Name,
        Source = segment.Source,
        Generation = segment.Generation,
        SourceRank = segment.SourceRank,
        Events = segment.Events,
        Patches = segment.Patches,
        FileBytes = segment.FileBytes,
        SourceRemoved = sourceRemoved,
    };

    // A move of one of the store's own files would take it away under its manifest. Its name says little: links lead to folders and files.
    private FileIdentity? RequireForeign(string path)
    {
        string own = Path.TrimEndingDirectorySeparator(_directory) + Path.DirectorySeparatorChar;
        FileIdentity? folder = _files.IdentityOf(DurableFile.DirectoryOf(path));
        bool isInside = folder is not null && (folder == _files.IdentityOf(_directory) || folder == _files.IdentityOf(StoreFiles.StagingIn(_directory)));
        if (isInside || path.StartsWith(own, StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{path}' lies in the folder of the store itself; import a file from elsewhere.", nameof(path));
        }

        // A second name of one of the store's segments may come and go: the move that made it was cut short, and is asked for again.
        return _files.IdentityOf(path);
    }

    // The rows are in the store by now, whatever becomes of the file that they came in.
    private bool TryRemove(string path, FileIdentity? imported)
    {
        try
        {
            // Another file may have come to bear the name: that one was not imported.
            if (_files.IdentityOf(path) != imported)
            {
                return false;
            }

            _files.Delete(path);
            return true;
        }
        catch (FileOperationException)
        {
            return false;
        }
    }
}
