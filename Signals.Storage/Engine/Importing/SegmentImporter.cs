using System.Globalization;
using Signals.Core.Model;
using Signals.Offline;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Views;
using Signals.Storage.FileSystem;
using Signals.Storage.Segments;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Importing;

/// <summary>Imports segments: brings each into staging, checks it, then publishes it with one version edit.</summary>
/// <remarks>
/// Thread contract: any thread; one import at a time. The rest of the engine waits for an import only while its edit is committed. A
/// segment that is refused, or an import that fails before its commit, leaves the store as it was; an error of the commit poisons it.
/// Lifetime: that of the store.
/// </remarks>
internal sealed class SegmentImporter : IDisposable
{
    private readonly StoreContext _context;
    private readonly TableSet _tables;
    private readonly VersionCommitter _committer;
    private readonly ImportedSegments _registry;
    private readonly WatermarkSet _watermarks;
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _turn = new(1); // held by the import or declaration under way
    private long _outOfReach;

    public SegmentImporter(
        StoreContext context, TableSet tables, VersionCommitter committer, ImportedSegments registry, WatermarkSet watermarks)
    {
        _context = context;
        _tables = tables;
        _committer = committer;
        _registry = registry;
        _watermarks = watermarks;
    }

    /// <summary>Imported events that no read will show, because they were older than the max age of their type when they came.</summary>
    public long OutOfReach => Volatile.Read(ref _outOfReach);

    /// <summary>Imports a segment on this thread.</summary>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public ImportResult Import(string path, ImportOptions options, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = LinkToClosing(cancellationToken);
        EnterTurn(either.Token);
        try
        {
            return ImportInTurn(path, options, either.Token);
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

    /// <summary>Records durably up to when an event type is complete; an earlier time than before changes nothing.</summary>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public void DeclareComplete(EventTypeSchema type, long upToMs)
    {
        EnterTurn(_closing.Token);
        try
        {
            if (_registry.CompletenessOf(type.Id).CompleteUpToMs is long before && before >= upToMs)
            {
                return;
            }

            VersionEdit edit = new();
            edit.CompleteUpTo.Add(type.Id, upToMs);
            Commit(edit, []);
            _registry.DeclareComplete(type.Id, upToMs);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the import under way and waits for it.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        _turn.Wait();
    }

    private CancellationTokenSource LinkToClosing(CancellationToken cancellationToken) =>
        CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);

    // Closing takes the turn and keeps it, so nobody gets one afterwards.
    private void EnterTurn(CancellationToken cancellation)
    {
        try
        {
            _turn.Wait(cancellation);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw new ObjectDisposedException("SignalStore");
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
        ulong number = _context.Numbers.Next();
        using StagedSegment staged = StagedSegment.Bring(
            _context.Folder, path, number, options.Move, (done, total) => Report(ImportStage.Copying, done, total));
        SegmentFile segment = SegmentFile.Read(staged.Content);
        EventTypeSchema type = SegmentColumns.TypeOf(segment.Header, _context.Schema, path);
        ushort[] columns = SegmentColumns.IdsOf(segment.Header, type, path);
        long now = _context.NowMs;
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
        catch (Exception error) when (error is not ObjectDisposedException)
        {
            _context.FailStop.Fail(error);
            if (error is SignalsException)
            {
                throw;
            }

            throw new StorePoisonedException(error);
        }
    }

    private void RequireTimes(string path, TableFooter[] footers, long nowMs)
    {
        EventTimeRange taken = EventTimeRange.Around(nowMs, _context.Options.MaxPastTime, _context.Options.MaxFutureTime);
        long[] ends = [.. footers.SelectMany(footer => new[] { footer.MinTime, footer.MaxTime })];
        int wrong = Array.FindIndex(ends, end => !taken.Holds(end));
        if (wrong >= 0)
        {
            string what = ends[wrong] < taken.EarliestMs
                ? $"earlier than now less the allowed {nameof(StoreOptions.MaxPastTime)} of {_context.Options.MaxPastTime}"
                : $"later than now plus the allowed {nameof(StoreOptions.MaxFutureTime)} of {_context.Options.MaxFutureTime}";
            string? unit = TimeUnitGuess.FindUnit(ends, taken.EarliestMs, taken.LatestMs);
            string hint = unit is null ? "" : $" Its times look like {unit}.";
            throw new EventRejectedException(
                RejectionReason.TimeOutOfRange,
                $"Segment '{path}' has an event at {ends[wrong]} ms, {what}.{hint} Nothing of it was imported.")
            {
                LooksLike = unit,
            };
        }
    }

    private TableMeta MetaOf(
        SegmentFile segment, int index, TableFooter footer, EventTypeSchema type, ushort[] columns, ulong number, long nowMs)
    {
        SegmentPart part = segment.Parts[index];
        return footer.ToMeta(_context.Numbers.Next(), part.Length, part.Checksum) with
        {
            EventType = type.Id,
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
        Events = footers.Where(footer => footer.Defaults.Kind == RunKind.Events).Sum(footer => (long)footer.Rows),
        Patches = footers.Where(footer => footer.Defaults.Kind == RunKind.Patches).Sum(footer => (long)footer.Rows),
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

    // Moving one of the store's own files would delete a file that the manifest needs. Names do not tell, because there are links
    // to folders and to files; so the identities are compared.
    private FileIdentity? RequireForeign(string path)
    {
        StoreFolder folder = _context.Folder;
        IFileSystem files = folder.Files;
        string own = Path.TrimEndingDirectorySeparator(folder.Path) + Path.DirectorySeparatorChar;
        FileIdentity? around = files.IdentityOf(DurableFile.DirectoryOf(path));
        bool isInside = around is not null && (around == files.IdentityOf(folder.Path) || around == files.IdentityOf(folder.Staging));
        if (isInside || path.StartsWith(own, StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{path}' lies in the folder of the store itself; import a file from elsewhere.", nameof(path));
        }

        // A second name of one of the store's segments is allowed: a move that was cut short left it, and the caller asks for the
        // move again.
        return files.IdentityOf(path);
    }

    // The rows are in the store by now, so an error here changes nothing of the import.
    private bool TryRemove(string path, FileIdentity? imported)
    {
        try
        {
            // Another file may have the name by now. It was not imported, so it stays.
            if (_context.Folder.Files.IdentityOf(path) != imported)
            {
                return false;
            }

            _context.Folder.Files.Delete(path);
            return true;
        }
        catch (FileOperationException)
        {
            return false;
        }
    }
}
