using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.Segments;

namespace Signals.Storage;

/// <content>Erasure, import, flush and compaction, checkpoints, verification, and what a store says of its content.</content>
public sealed partial class SignalStore
{
    /// <summary>
    /// Erases a user: every event up to now, or up to the user's newest event if that is later. Hidden once the task is
    /// complete, for good: an event of before the erasure that arrives later stays hidden, and so does one of after it whose time is not later than the
    /// user's newest erased event, when a clock was ahead; <see cref="StoreStats.EventsHiddenByErasure"/> counts both. Gone from the files after
    /// <see cref="CompactAsync"/>, or after the background compaction came by; bytes in an imported segment go with its file, which stays
    /// until every part of it was merged.
    /// </summary>
    /// <exception cref="StorePoisonedException">The store has failed; whether the erasure survives is unknown.</exception>
    public ValueTask<AppendAck> EraseAsync(UserId user, CancellationToken cancellationToken = default)
    {
        // What was accepted before the erasure is part of it, so it has to be visible before the newest event is asked for.
        ValueTask<AppendAck> applied = Engine.WhenAppliedAsync();
        if (!applied.IsCompletedSuccessfully)
        {
            return EraseWhenAppliedAsync(applied, user, cancellationToken);
        }

        _ = applied.Result;
        return EraseVisibleAsync(user, cancellationToken);
    }

    /// <summary>
    /// Takes in a segment, made by a <see cref="SegmentWriter"/> of any process: checks a private copy of it in full, then makes all its
    /// rows durable and visible in one step. Reads and appends go on meanwhile. The same content again changes nothing.
    /// </summary>
    /// <param name="path">The file: a regular one, not a symbolic link.</param>
    /// <param name="options">Copy or move, progress; null for the defaults.</param>
    /// <param name="cancellationToken">Gives the import up, as long as it has not come to <see cref="ImportStage.Publishing"/>.</param>
    /// <exception cref="CorruptionException">The file is no segment, or damaged; it is named with the offset.</exception>
    /// <exception cref="SchemaMismatchException">The store lacks the event type or a column, or has it in another form.</exception>
    /// <exception cref="EventRejectedException">An event's time lies too far ahead.</exception>
    /// <exception cref="FileOperationException">The file cannot be read, is not a regular file, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="StorePoisonedException">The store has failed.</exception>
    /// <remarks>After any of these errors the store is as it was, nothing is left behind, and the file is where it was.</remarks>
    public Task<ImportResult> ImportAsync(string path, ImportOptions? options = null, CancellationToken cancellationToken = default)
        => Engine.ImportAsync(FileSystems.Absolute(path), options ?? new ImportOptions(), cancellationToken);

    /// <summary>
    /// Records durably that every event of a type from before a time has arrived. It is given with every answer; an earlier time than
    /// was declared before changes nothing.
    /// </summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    /// <exception cref="StorePoisonedException">The store has failed.</exception>
    public void DeclareComplete(string eventType, DateTimeOffset upTo) =>
        Engine.DeclareComplete(Schema[eventType], upTo.ToUnixTimeMilliseconds());

    /// <summary>What was declared and corrected of an event type's history so far.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public Completeness GetCompleteness(string eventType) => Engine.Registry.Of(Schema[eventType].Id);

    /// <summary>Erases a user as <see cref="EraseAsync"/> does, and tells where the events were and when each place was cleaned.</summary>
    /// <returns>A certificate that follows the cleaning until it is complete, or until the store is closed.</returns>
    /// <exception cref="StorePoisonedException">The store has failed; whether the erasure survives is unknown.</exception>
    public async Task<ErasureCertificate> EraseCertifiedAsync(UserId user, CancellationToken cancellationToken = default)
    {
        await EraseAsync(user, cancellationToken).ConfigureAwait(false);
        return Engine.Certify(user);
    }

    /// <summary>Puts everything accepted so far into tables.</summary>
    /// <param name="cancellationToken">Ends the wait; the flush goes on.</param>
    public Task FlushAsync(CancellationToken cancellationToken = default) => cancellationToken.IsCancellationRequested
        ? Task.FromCanceled(cancellationToken)
        : Engine.FlushAsync().WaitAsync(cancellationToken);

    /// <summary>
    /// Flushes, then merges tables until no two of an event type meet in a time window. What was erased or had expired before the call is then in no table
    /// and no log, and nothing is left that last-N puts out of reach. Events that arrive meanwhile go to tables of their own.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; what has begun goes on.</param>
    public Task CompactAsync(CancellationToken cancellationToken = default) => cancellationToken.IsCancellationRequested
        ? Task.FromCanceled(cancellationToken)
        : Engine.CompactAsync().WaitAsync(cancellationToken);

    /// <summary>The newest event time of a type that reads see; null when there is no event.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public DateTimeOffset? GetWatermark(string eventType)
    {
        long newest = Engine.Watermarks.Of(Schema[eventType].Id);

        // A store of an earlier version may hold what no date can name.
        return newest == long.MinValue
            ? null
            : DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(newest, EventTimeRange.Widest.EarliestMs, EventTimeRange.Widest.LatestMs));
    }

    /// <summary>
    /// Every user with events of a type, in order; users whose events are all hidden may be among them. For jobs that go through a whole
    /// store: it takes 16 bytes of memory per user.
    /// </summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public IReadOnlyList<UserId> GetUsers(string eventType) => Engine.Reader.UsersOf(Schema[eventType], long.MinValue, long.MaxValue);

    /// <summary>The tables now, newest window first within each event type.</summary>
    public IReadOnlyList<TableInfo> GetTables() =>
    [
        .. Engine.Tables.Tables.Select(table => table.Meta)
            .OrderBy(meta => meta.EventType).ThenByDescending(meta => meta.WindowStart).ThenBy(meta => meta.Number)
            .Select(meta => TableInfo.Of(meta, Schema)),
    ];

    /// <summary>
    /// Copies the store to a new folder while traffic flows. The folder is a store of its own: open it, on this machine or another, or
    /// copy it back. In it is every event acknowledged before the call, and of what was appended later a beginning, in order; with
    /// <see cref="Durability.InMemory"/> every event accepted before the call, and of later ones any. It is durable and complete when its
    /// name appears.
    /// </summary>
    /// <remarks>
    /// Tables and full logs become hard links where the folder is on the same file system, and synced copies elsewhere; the log that is
    /// being written, at most <see cref="StoreOptions.LogBytes"/>, is copied. Links keep the space of files that the store has replaced
    /// since: delete a checkpoint that nobody needs. Erasures after the call do not reach it.
    /// </remarks>
    /// <param name="directory">A path at which nothing exists; missing parents are made.</param>
    /// <param name="cancellationToken">Ends the work; nothing of the folder is left then.</param>
    /// <exception cref="FileOperationException">The folder exists, or the disk refused. The store is not affected.</exception>
    /// <exception cref="CorruptionException">The log that is being written is damaged.</exception>
    public Task<CheckpointInfo> CheckpointAsync(string directory, CancellationToken cancellationToken = default)
        => Engine.CheckpointAsync(FileSystems.Absolute(directory), cancellationToken);

    /// <summary>
    /// Reads every byte of every file of the store as it is now, and checks it: each checksum; the order, counts and windows of rows; that
    /// no table holds an event twice; that footers, manifest and memory say the same; and each frame and record of the logs, up to what
    /// was written at the call. Traffic flows on, and nothing of it is held back but version edits while the manifest is read.
    /// </summary>
    /// <param name="progress">Told after each file, on the thread that verifies.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was looked at and what is wrong. Damage is reported, not thrown, and does not stop the store.</returns>
    public VerifyReport Verify(IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Engine.Verify(progress, cancellationToken);

    /// <inheritdoc cref="Verify"/>
    public Task<VerifyReport> VerifyAsync(IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Engine.VerifyAsync(progress, cancellationToken);

    private async ValueTask<AppendAck> EraseWhenAppliedAsync(ValueTask<AppendAck> applied, UserId user, CancellationToken cancellationToken)
    {
        await applied.ConfigureAwait(false);
        return await EraseVisibleAsync(user, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<AppendAck> EraseVisibleAsync(UserId user, CancellationToken cancellationToken)
    {
        long newest = Engine.Reader.NewestTimeOf(user, _newestOfEach);
        long now = Engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return Engine.Appender.EraseAsync(user, Math.Max(now, newest), cancellationToken);
    }
}
