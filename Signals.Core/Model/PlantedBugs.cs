namespace Signals.Core.Model;

/// <summary>
/// TEST_ONLY: bugs that the mutant gate plants inside the engine, to see that a suite reports them. Outside of a test none is planted, and a
/// place that asks pays one read of a static field.
/// </summary>
/// <remarks>
/// How to use it: name the bug here; where the right code stands, write <c>if (PlantedBugs.Has(PlantedBugs.Name))</c> with the wrong code in it;
/// let the test that must fail run under <see cref="Plant"/>. A bug is planted in the flow of the test alone: in its threads, in the tasks and
/// threads that it starts, and not in tests that run beside it. Thread contract: any thread.
/// </remarks>
internal static class PlantedBugs
{
    /// <summary>A file is deleted by whoever lets go of it last, although another one has deleted it already.</summary>
    public const string TwoOwnersOfAFile = nameof(TwoOwnersOfAFile);

    /// <summary>A flush takes the erasures before it can fail, and a store that has failed still commits.</summary>
    public const string ErasuresTakenBeforeCommit = nameof(ErasuresTakenBeforeCommit);

    /// <summary>A compaction that closing interrupts counts as one that was done.</summary>
    public const string InterruptedCompactionIsClean = nameof(InterruptedCompactionIsClean);

    /// <summary>A read that fails frees its slot in the epochs twice; the second time it is another reader's.</summary>
    public const string EpochSlotFreedTwice = nameof(EpochSlotFreedTwice);

    /// <summary>A snapshot of the manifest ends where its first edit of a kind is full.</summary>
    public const string SnapshotKeepsTheFirst = nameof(SnapshotKeepsTheFirst);

    /// <summary>A flush keeps an event exactly at the cutoff of an erasure.</summary>
    public const string FlushKeepsTheCutoff = nameof(FlushKeepsTheCutoff);

    /// <summary>A fold of all column files leaves out the last column of each.</summary>
    public const string FoldForgetsAColumn = nameof(FoldForgetsAColumn);

    /// <summary>The checksum of a receipt leaves out states.</summary>
    public const string ChecksumWithoutStates = nameof(ChecksumWithoutStates);

    /// <summary>The checksum of a receipt takes all chosen rows for neighbours of the first.</summary>
    public const string ChecksumOfFalseNeighbours = nameof(ChecksumOfFalseNeighbours);

    /// <summary>A frame of a log may promise bytes of its own header.</summary>
    public const string PromiseInsideAHeader = nameof(PromiseInsideAHeader);

    /// <summary>A sync promises what was written while it ran.</summary>
    public const string SyncPromisesWhatCameMeanwhile = nameof(SyncPromisesWhatCameMeanwhile);

    /// <summary>A table's filter denies some of its users.</summary>
    public const string FilterForgetsUsers = nameof(FilterForgetsUsers);

    /// <summary>A page of a directory is read without a look at its checksum.</summary>
    public const string PageWithoutChecksum = nameof(PageWithoutChecksum);

    /// <summary>The pool of handles closes one that is being used.</summary>
    public const string PoolClosesAHandleInUse = nameof(PoolClosesAHandleInUse);

    /// <summary>Rows of newer tables that meet in time count as different events.</summary>
    public const string NewerTablesThatMeetCountTwice = nameof(NewerTablesThatMeetCountTwice);

    /// <summary>A row exactly where a part of time begins goes into the part before it.</summary>
    public const string BoundaryInThePartBefore = nameof(BoundaryInThePartBefore);

    /// <summary>Patches are tried on the runs that begin in their windows, not on those that reach them.</summary>
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

    private static readonly AsyncLocal<string?> Planted = new();
    private static int _scopes;

    /// <summary>Whether a bug is planted here.</summary>
    public static bool Has(string bug) => Volatile.Read(ref _scopes) != 0 && Planted.Value == bug;

    /// <summary>Plants a bug until the result is disposed, by the one that planted it.</summary>
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
