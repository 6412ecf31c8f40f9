using Signals.Core.Model;
using Signals.Maintenance;
using Signals.Offline;
using Signals.Storage.FileSystem;

namespace Signals;

/// <content>Erasure, import, flush and compaction, checkpoints, verification, and information about the content.</content>
public sealed partial class SignalStore
{
    /// <summary>
    /// Erases a user: every event up to now, or up to the user's newest event if that is later. The events are hidden, for good,
    /// once the task is complete.
    /// </summary>
    /// <remarks>
    /// An event from before the erasure that arrives later stays hidden. So does an event from after it whose time is not later
    /// than the user's newest erased event, which happens when a clock was ahead. <see cref="StoreStats.EventsHiddenByErasure"/>
    /// counts both. The events are gone from the files after <see cref="CompactAsync"/>, or once background compaction has
    /// rewritten their tables. Bytes in an imported segment go with its file, which stays until every part of it is merged.
    /// </remarks>
    /// <exception cref="StorePoisonedException">The store has failed; whether the erasure survives is unknown.</exception>
    public ValueTask<AppendAck> EraseAsync(UserId user, CancellationToken cancellationToken = default) =>
        EraseAppliedAsync(user, Engine.Time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken);

    /// <summary>
    /// Erases a user as <see cref="EraseAsync"/> does, but up to a given time instead of now, or up to
    /// the user's newest event if that is later. Use it when the erasure comes from a log that is replayed: a store that replays
    /// it later then hides the same events.
    /// </summary>
    /// <param name="user">The user to erase.</param>
    /// <param name="upTo">When the erasure was asked for. Only whole milliseconds count.</param>
    /// <param name="cancellationToken">Ends the wait for room in the ring.</param>
    /// <exception cref="ArgumentException">The time is <c>default</c>, which is the value of one that was never set.</exception>
    /// <exception cref="StorePoisonedException">The store has failed; whether the erasure survives is unknown.</exception>
    public ValueTask<AppendAck> EraseUpToAsync(UserId user, DateTimeOffset upTo, CancellationToken cancellationToken = default) =>
        upTo != default
            ? EraseAppliedAsync(user, upTo.ToUnixTimeMilliseconds(), cancellationToken)
            : throw new ArgumentException("The time of the erasure was not set: it is the default of DateTimeOffset.", nameof(upTo));

    /// <summary>
    /// Imports a segment that a <see cref="SegmentWriter"/> of any process made. It checks a private copy of the file completely,
    /// then makes all its rows durable and visible in one step. Reads and appends go on meanwhile. Importing the same content
    /// again changes nothing.
    /// </summary>
    /// <param name="path">The file: a regular file, not a symbolic link.</param>
    /// <param name="options">Whether to copy or move the file, and progress; null for the defaults.</param>
    /// <param name="cancellationToken">
    /// Stops the import, as long as it has not reached <see cref="ImportStage.Publishing"/>.
    /// </param>
    /// <exception cref="CorruptionException">
    /// The file is not a segment, or it is damaged; the error names the file and the offset.
    /// </exception>
    /// <exception cref="SchemaMismatchException">
    /// The store lacks the event type or a column, or has it in another form.
    /// </exception>
    /// <exception cref="EventRejectedException">An event's time is too far in the future or the past.</exception>
    /// <exception cref="FileOperationException">The file cannot be read, is not a regular file, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    /// <exception cref="StorePoisonedException">The store has failed.</exception>
    /// <remarks>After any of these errors the store is as it was, nothing is left behind, and the file is where it was.</remarks>
    public Task<ImportResult> ImportAsync(string path, ImportOptions? options = null, CancellationToken cancellationToken = default)
        => Engine.ImportAsync(FileSystems.Absolute(path), options ?? new ImportOptions(), cancellationToken);

    /// <summary>
    /// Records durably that every event of a type from before a time has arrived. Every answer carries this time. Declaring an
    /// earlier time than before changes nothing.
    /// </summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    /// <exception cref="StorePoisonedException">The store has failed.</exception>
    public void DeclareComplete(string eventType, DateTimeOffset upTo) =>
        Engine.DeclareComplete(Schema[eventType], upTo.ToUnixTimeMilliseconds());

    /// <summary>What was declared and corrected so far of an event type's history.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public Completeness GetCompleteness(string eventType) => Engine.Registry.CompletenessOf(Schema[eventType].Id);

    /// <summary>
    /// Erases a user as <see cref="EraseAsync"/> does, and reports where the events were and when each place was cleaned.
    /// </summary>
    /// <returns>A certificate that follows the cleaning until it is complete, or until the store is closed.</returns>
    /// <exception cref="StorePoisonedException">The store has failed; whether the erasure survives is unknown.</exception>
    public async Task<ErasureCertificate> EraseCertifiedAsync(UserId user, CancellationToken cancellationToken = default)
    {
        await EraseAsync(user, cancellationToken).ConfigureAwait(false);
        return Engine.Certify(user);
    }

    /// <summary>Writes every event accepted so far into tables.</summary>
    /// <param name="cancellationToken">Ends the wait; the flush goes on.</param>
    public Task FlushAsync(CancellationToken cancellationToken = default) => cancellationToken.IsCancellationRequested
        ? Task.FromCanceled(cancellationToken)
        : Engine.FlushAsync().WaitAsync(cancellationToken);

    /// <summary>
    /// Flushes, then merges tables until no two tables of an event type overlap in a time window. Events that were erased or had
    /// expired before the call are then in no table and no log, and no row is left that last-N puts out of reach. Events that
    /// arrive meanwhile go to tables of their own.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; work that has begun goes on.</param>
    public Task CompactAsync(CancellationToken cancellationToken = default) => cancellationToken.IsCancellationRequested
        ? Task.FromCanceled(cancellationToken)
        : Engine.CompactAsync().WaitAsync(cancellationToken);

    /// <summary>The newest event time of a type that reads see; null when there is no event.</summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public DateTimeOffset? GetWatermark(string eventType)
    {
        long newest = Engine.Watermarks.Newest(Schema[eventType].Id);

        // A store of an earlier version may hold a time that no date can represent.
        return newest == long.MinValue
            ? null
            : DateTimeOffset.FromUnixTimeMilliseconds(
                Math.Clamp(newest, EventTimeRange.Widest.EarliestMs, EventTimeRange.Widest.LatestMs));
    }

    /// <summary>
    /// Every user with events of a type, in order. Users whose events are all hidden may be included. The method is meant for
    /// jobs that go through a whole store: it takes 16 bytes of memory per user.
    /// </summary>
    /// <exception cref="ArgumentException">The schema has no such event type.</exception>
    public IReadOnlyList<UserId> GetUsers(string eventType) => Engine.Reader.UsersOf(Schema[eventType], long.MinValue, long.MaxValue);

    /// <summary>The current tables, by event type, newest window first.</summary>
    public IReadOnlyList<TableInfo> GetTables() =>
    [
        .. Engine.Tables.Tables.Select(table => table.Meta)
            .OrderBy(meta => meta.EventType).ThenByDescending(meta => meta.WindowStart).ThenBy(meta => meta.Number)
            .Select(meta => TableInfo.Describe(meta, Schema)),
    ];

    /// <summary>
    /// Copies the store to a new folder while appends and reads go on. The folder is a store of its own: open it, on this machine
    /// or another, or copy it back. It holds every event acknowledged before the call. Of the events appended later it holds all
    /// up to some point, in order. With <see cref="Durability.InMemory"/> it holds every event accepted before the call, and any
    /// of the later ones. The copy is durable and complete when its folder appears under its name.
    /// </summary>
    /// <remarks>
    /// When the new folder is on the same file system, tables and full logs become hard links; otherwise they become synced
    /// copies. Of the log that is being written, and of one that ended early, the entries are copied, and not the zeros behind them. Hard
    /// links keep the disk space of files that the store has replaced since, so delete a checkpoint that you no longer need. Erasures
    /// after the call do not reach the checkpoint; <see cref="EraseFromCheckpointAsync(string, IReadOnlyCollection{UserErasure},
    /// StoreOptions, CancellationToken)"/> erases in it.
    /// </remarks>
    /// <param name="directory">A path at which nothing exists; missing parent folders are created.</param>
    /// <param name="cancellationToken">Ends the work; the new folder is then removed.</param>
    /// <exception cref="FileOperationException">
    /// The folder exists, or the disk refused a write. The store is not affected.
    /// </exception>
    /// <exception cref="CorruptionException">A log that is copied is damaged.</exception>
    public Task<CheckpointInfo> CheckpointAsync(string directory, CancellationToken cancellationToken = default)
        => Engine.CheckpointAsync(FileSystems.Absolute(directory), cancellationToken);

    /// <summary>
    /// Reads every byte of every current file of the store and checks it. It checks each checksum; the order, counts and windows
    /// of rows; that no table holds an event twice; that footers, manifest and memory agree; and each frame and record of the
    /// logs, up to what was written at the call. Appends and reads go on; only version edits wait, while the manifest is read.
    /// </summary>
    /// <param name="progress">Is called after each file, on the thread that verifies.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was checked and what is wrong. Damage is reported, not thrown, and does not stop the store.</returns>
    public VerifyReport Verify(IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Engine.Verify(progress, cancellationToken);

    /// <inheritdoc cref="Verify"/>
    public Task<VerifyReport> VerifyAsync(IProgress<VerifyProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Engine.VerifyAsync(progress, cancellationToken);

    private ValueTask<AppendAck> EraseAppliedAsync(UserId user, long upToMs, CancellationToken cancellationToken)
    {
        // Events accepted before the erasure belong to it, so they must be visible before the newest event is looked up.
        ValueTask<AppendAck> applied = Engine.WhenAppliedAsync();
        if (!applied.IsCompletedSuccessfully)
        {
            return EraseWhenAppliedAsync(applied, user, upToMs, cancellationToken);
        }

        _ = applied.Result;
        return EraseVisibleAsync(user, upToMs, cancellationToken);
    }

    private async ValueTask<AppendAck> EraseWhenAppliedAsync(
        ValueTask<AppendAck> applied, UserId user, long upToMs, CancellationToken cancellationToken)
    {
        await applied.ConfigureAwait(false);
        return await EraseVisibleAsync(user, upToMs, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<AppendAck> EraseVisibleAsync(UserId user, long upToMs, CancellationToken cancellationToken)
    {
        long newest = Engine.Reader.NewestTimeOf(user, _newestOfEach);
        return Engine.Appender.EraseAsync(user, Math.Max(upToMs, newest), cancellationToken);
    }
}
