namespace Signals.Core.Model;

/// <summary>
/// TEST_ONLY: bugs that the mutant gate plants inside the engine, to check that a test suite reports them. Outside of tests no
/// bug is planted; a place that asks for one then costs one read of a static field.
/// </summary>
/// <remarks>
/// How to use it: name the bug here. Where the right code stands, write <c>if (PlantedBugs.Has(PlantedBugs.Name))</c> with the
/// wrong code in it. Run the test that must fail under <see cref="Plant"/>. A bug is planted only in the flow of that test: in
/// its threads and in the tasks and threads that it starts, but not in tests that run beside it. Thread contract: any thread.
/// </remarks>
internal static class PlantedBugs
{
    /// <summary>The last holder of a file deletes it although another holder has deleted it already.</summary>
    public const string TwoOwnersOfAFile = nameof(TwoOwnersOfAFile);

    /// <summary>
    /// A flush takes the pending erasures before a step that can fail, and a store that has failed still commits.
    /// </summary>
    public const string ErasuresTakenBeforeCommit = nameof(ErasuresTakenBeforeCommit);

    /// <summary>A compaction that was interrupted by closing the store counts as completed.</summary>
    public const string InterruptedCompactionIsClean = nameof(InterruptedCompactionIsClean);

    /// <summary>A read that fails frees its epoch slot twice. The second time the slot belongs to another reader.</summary>
    public const string EpochSlotFreedTwice = nameof(EpochSlotFreedTwice);

    /// <summary>A snapshot of the manifest stops once the first edit of a kind is full.</summary>
    public const string SnapshotKeepsTheFirst = nameof(SnapshotKeepsTheFirst);

    /// <summary>A head stays in force although an import changed what its events look like.</summary>
    public const string HeadMissesImports = nameof(HeadMissesImports);

    /// <summary>A head stays in force although rows that it lacks went from a memtable into tables.</summary>
    public const string HeadMissesFlushedRows = nameof(HeadMissesFlushedRows);

    /// <summary>A head puts every new event in front, whatever its time.</summary>
    public const string HeadForgetsTheOrder = nameof(HeadForgetsTheOrder);

    /// <summary>A head takes an event as it was streamed, although a correction or retraction of it came before.</summary>
    public const string HeadIgnoresCorrections = nameof(HeadIgnoresCorrections);

    /// <summary>A head does not say up to where it is complete once it left events out.</summary>
    public const string HeadClaimsTooMuch = nameof(HeadClaimsTooMuch);

    /// <summary>A flush keeps an event whose time is exactly the cutoff of an erasure.</summary>
    public const string FlushKeepsTheCutoff = nameof(FlushKeepsTheCutoff);

    /// <summary>A fold of all column files leaves out the last column of each file.</summary>
    public const string FoldForgetsAColumn = nameof(FoldForgetsAColumn);

    /// <summary>The checksum of a receipt does not cover the states of values.</summary>
    public const string ChecksumWithoutStates = nameof(ChecksumWithoutStates);

    /// <summary>The checksum of a receipt treats all chosen rows as if they followed the first one directly.</summary>
    public const string ChecksumOfFalseNeighbours = nameof(ChecksumOfFalseNeighbours);

    /// <summary>A log frame may promise a position inside its own header.</summary>
    public const string PromiseInsideAHeader = nameof(PromiseInsideAHeader);

    /// <summary>A sync promises bytes that were written while it ran.</summary>
    public const string SyncPromisesWhatCameMeanwhile = nameof(SyncPromisesWhatCameMeanwhile);

    /// <summary>A table's filter denies some of the users that the table holds.</summary>
    public const string FilterForgetsUsers = nameof(FilterForgetsUsers);

    /// <summary>A page of a directory is read without checking its checksum.</summary>
    public const string PageWithoutChecksum = nameof(PageWithoutChecksum);

    /// <summary>The pool of handles closes a handle that is in use.</summary>
    public const string PoolClosesAHandleInUse = nameof(PoolClosesAHandleInUse);

    /// <summary>Rows of newer tables whose times touch count as different events.</summary>
    public const string NewerTablesThatMeetCountTwice = nameof(NewerTablesThatMeetCountTwice);

    /// <summary>A row exactly at the start of a part of time goes into the part before it.</summary>
    public const string BoundaryInThePartBefore = nameof(BoundaryInThePartBefore);

    /// <summary>
    /// Patches are tried on the runs that begin in their windows, but not on those that begin earlier and reach into them.
    /// </summary>
    public const string PatchesMissLongRuns = nameof(PatchesMissLongRuns);

    /// <summary>A batch that another thread changed since it was planned is published as it came out.</summary>
    public const string ChangedBatchIsPublished = nameof(ChangedBatchIsPublished);

    /// <summary>A flush takes the erasures before it can fail; the store goes on, and the flush that is tried again has none.</summary>
    public const string FailedFlushTakesErasures = nameof(FailedFlushTakesErasures);

    /// <summary>What a fold found out counts although the fold failed.</summary>
    public const string FailedFoldIsDone = nameof(FailedFoldIsDone);

    /// <summary>A compaction that left a table with erased users counts as one that left nothing.</summary>
    public const string LeftBehindIsClean = nameof(LeftBehindIsClean);

    /// <summary>An opening that states nothing of what is kept records the defaults.</summary>
    public const string OpeningRecordsDefaults = nameof(OpeningRecordsDefaults);

    /// <summary>A table whose erased users could not be counted is asked again at each pick, before anything else is done.</summary>
    public const string UnreadableTableComesFirst = nameof(UnreadableTableComesFirst);

    /// <summary>
    /// Every CRC-32C is 0, written and read: whoever changes a file could make its checksums right, so the hostile corpus sees
    /// what readers do with numbers that a checksum would have refused.
    /// </summary>
    public const string ChecksumsAreZero = nameof(ChecksumsAreZero);

    /// <summary>A read-only store shows records that came after an import, and not the import.</summary>
    public const string RefreshTrustsAnOldManifest = nameof(RefreshTrustsAnOldManifest);

    /// <summary>A read-only store lets a memtable go at the position where it was frozen, although a record goes on behind it.</summary>
    public const string RefreshDropsHalfARecord = nameof(RefreshDropsHalfARecord);

    /// <summary>A read-only store is read while a refresh shows what it found.</summary>
    public const string RefreshIsReadHalfShown = nameof(RefreshIsReadHalfShown);

    private static readonly AsyncLocal<string?> Planted = new();
    private static int _scopes;

    /// <summary>Whether this bug is planted in the current flow.</summary>
    public static bool Has(string bug) => Volatile.Read(ref _scopes) != 0 && Planted.Value == bug;

    /// <summary>Plants a bug until the result is disposed. The same flow must dispose it.</summary>
    public static IDisposable Plant(string bug)
    {
        Planted.Value = bug;
        Interlocked.Increment(ref _scopes);
        return new Scope();
    }

    private sealed class Scope : IDisposable
    {
        public void Dispose()
        {
            Interlocked.Decrement(ref _scopes);
            Planted.Value = null;
        }
    }
}
