using NUnit.Framework.Internal;
using Signals.Core.Model;
using Signals.Tests.Storage.Compaction;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine.Compacting;
using Signals.Tests.Storage.Engine.Context;
using Signals.Tests.Storage.Engine.Ingest;
using Signals.Tests.Storage.Engine.Recovery;
using Signals.Tests.Storage.FileSystem;
using Signals.Tests.Storage.Heads;
using Signals.Tests.Storage.Tables;
using Signals.Tests.Storage.Versions;
using Signals.Tests.Storage.Wal;

namespace Signals.Tests.Reliability;

/// <summary>
/// Bugs that once passed every suite, as both sides agreed on them or no size was large enough: planted one by one, each fails
/// the test that was written for its kind.
/// </summary>
[Category("Reliability")]
internal sealed class PlantedBoundaryTests
{
    [TestCase(PlantedBugs.SnapshotKeepsTheFirst)]
    [TestCase(PlantedBugs.FlushKeepsTheCutoff)]
    [TestCase(PlantedBugs.FoldForgetsAColumn)]
    [TestCase(PlantedBugs.ChecksumWithoutStates)]
    [TestCase(PlantedBugs.ChecksumOfFalseNeighbours)]
    [TestCase(PlantedBugs.PromiseInsideAHeader)]
    [TestCase(PlantedBugs.SyncPromisesWhatCameMeanwhile)]
    [TestCase(PlantedBugs.FilterForgetsUsers)]
    [TestCase(PlantedBugs.PageWithoutChecksum)]
    [TestCase(PlantedBugs.PoolClosesAHandleInUse)]
    [TestCase(PlantedBugs.NewerTablesThatMeetCountTwice)]
    [TestCase(PlantedBugs.BoundaryInThePartBefore)]
    [TestCase(PlantedBugs.PatchesMissLongRuns)]
    [TestCase(PlantedBugs.ChangedBatchIsPublished)]
    [TestCase(PlantedBugs.FailedFlushTakesErasures)]
    [TestCase(PlantedBugs.FailedFoldIsDone)]
    [TestCase(PlantedBugs.LeftBehindIsClean)]
    [TestCase(PlantedBugs.UnreadableTableComesFirst)]
    [TestCase(PlantedBugs.OpeningRecordsDefaults)]
    [TestCase(PlantedBugs.HeadMissesImports)]
    [TestCase(PlantedBugs.HeadMissesFlushedRows)]
    [TestCase(PlantedBugs.HeadForgetsTheOrder)]
    [TestCase(PlantedBugs.HeadIgnoresCorrections)]
    [TestCase(PlantedBugs.HeadClaimsTooMuch)]
    public void PlantedBug_TheTestOfItsKind_Fails(string bug)
    {
        Action[] tests = [.. TestsOf(bug)];
        Assert.That(tests, Is.Not.Empty);
        Assert.That(tests.Count(Fails), Is.Zero, "the control");
        using (PlantedBugs.Plant(bug))
        {
            Assert.That(tests.Count(Fails), Is.EqualTo(tests.Length));
        }
    }

    private static IEnumerable<Action> TestsOf(string bug) => bug switch
    {
        PlantedBugs.SnapshotKeepsTheFirst =>
            ((int[])[513, 1025, 4097]).Select(size => (Action)(() => new SnapshotSizeTests().Snapshot_OfAnySize_SumsToTheState(size))),
        PlantedBugs.FlushKeepsTheCutoff =>
            [() => new RetentionBoundaryTests().Erase_ThenFlushAlone_LeavesNoRowAtTheCutoff().GetAwaiter().GetResult()],
        PlantedBugs.FoldForgetsAColumn => [() => new FoldJobTests().Run_AsManyColumnFilesAsThereMayBe_BecomeOneWithEveryColumnOfTheirs(0)],
        PlantedBugs.ChecksumWithoutStates =>
        [
            () => new ReceiptTests().Checksum_OfAnswersThatDifferInOnePart_Differs(),
            () => new ReceiptTests().Checksum_OfChosenRowsApartAndTogether_IsThatOfTheAnswer(),
        ],
        PlantedBugs.ChecksumOfFalseNeighbours => [() => new ReceiptTests().Checksum_OfChosenRowsApartAndTogether_IsThatOfTheAnswer()],
        PlantedBugs.PromiseInsideAHeader => ((int[])[1, 40]).Select(
            behind => (Action)(() => new LogPromiseTests().Replay_PromiseBehindTheEntriesOwnBeginning_IsRefused(behind))),
        PlantedBugs.SyncPromisesWhatCameMeanwhile => [() => new LogPromiseTests().Sync_EntryWrittenWhileItRuns_IsNotPromised()],
        PlantedBugs.FilterForgetsUsers =>
            ((int[])[256, 3000]).Select(users => (Action)(() => new UserFilterTests().TryFind_UsersOfATableWithAFilter_AreAllFound(users))),
        PlantedBugs.PageWithoutChecksum =>
            [() => new DirectoryPageTests().Open_AnyBitOfAPageOrTheIndexFlipped_IsRefusedWithFileAndOffset(false)],
        PlantedBugs.PoolClosesAHandleInUse => [KeepHandlesInUse],
        PlantedBugs.NewerTablesThatMeetCountTwice =>
            [() => new ManyWindowsTests().Compact_FewKeptAndTablesThatMeetInTime_LosesNothingThatIsReached().GetAwaiter().GetResult()],
        PlantedBugs.BoundaryInThePartBefore =>
            [() => new WindowTablesTests().Add_RowsAroundTheBoundaries_LieInTheirPart("200 200 199", "199..199 200..200")],
        PlantedBugs.PatchesMissLongRuns => [() => Fold(test => test.Fold_EventsInALaterWindowOfALongTable_AreFound())],
        PlantedBugs.ChangedBatchIsPublished =>
            [() => new ChangedBatchTests().WriteRecord_BatchChangedBetweenPlanAndWrite_IsTheProducersException()],
        PlantedBugs.FailedFlushTakesErasures =>
            [() => new TableFailureTests().Flush_FailsAndSucceeds_RecordsTheErasuresOfTheAttemptThatFailed().GetAwaiter().GetResult()],
        PlantedBugs.FailedFoldIsDone => [() => Fold(test => test.Fold_FailsAndSucceeds_CountsWhatWasFoldedOnce())],
        PlantedBugs.LeftBehindIsClean =>
            [() => new TableFailureTests().Compact_TableDamaged_IsSetAsideAndSaidWhenAsked().GetAwaiter().GetResult()],
        PlantedBugs.UnreadableTableComesFirst =>
            [() => Unreadable(
                test => test.Compact_DirectoryOfATableDamagedOrUnreadable_MergesTheOthers(isDamaged: false, reopened: false))],
        PlantedBugs.OpeningRecordsDefaults => [() => Keep(test => test.Open_NeverTold_HasTheDefaultsAndRecordsNone())],
        PlantedBugs.HeadMissesImports =>
        [
            () => Head(test => test.Read_HeadThenCorrectionImported_ShowsTheCorrection(flushed: true)),
            () => Head(test => test.Read_HeadThenRetractionImported_ShowsTheEventNoMore(flushed: false)),
        ],
        PlantedBugs.HeadMissesFlushedRows => [() => Head(test => test.Read_EventsGoFromTheMemtableIntoTablesBesideAHead_AreStillShown())],
        PlantedBugs.HeadForgetsTheOrder => [() => new HeadDifferentialTests().Read_WithHeadsAndWithout_IsTheSame()],
        PlantedBugs.HeadIgnoresCorrections =>
        [
            () => Head(test => test.Read_CorrectionWaitsAndTheEventComesBesideAHead_ShowsTheCorrection()),
            () => Head(test => test.Read_RetractionWaitsAndTheEventComesBesideAHead_DoesNotShowTheEvent()),
        ],
        PlantedBugs.HeadClaimsTooMuch => [() => Head(test => test.Read_MoreEventsThanAHeadHolds_TellsWhereItEnds())],
        _ => [],
    };

    private static void Head(Action<HeadCorrectionTests> run)
    {
        HeadCorrectionTests test = new();
        test.OpenStore();
        try
        {
            run(test);
        }
        finally
        {
            test.CloseStore();
        }
    }

    private static void Unreadable(Func<UnreadableTableTests, Task> run)
    {
        UnreadableTableTests test = new();
        test.SetUp();
        run(test).GetAwaiter().GetResult();
    }

    private static void Keep(Action<KeepChoiceTests> run)
    {
        KeepChoiceTests test = new();
        test.NewFolder();
        run(test);
    }

    private static void KeepHandlesInUse()
    {
        HandlePoolTests pool = new();
        pool.SetUp();
        pool.Enter_FileInUse_KeepsItsHandleThoughThereIsRoomForOne();
    }

    private static void Fold(Func<PatchFoldTests, Task> run)
    {
        PatchFoldTests test = new();
        test.NewFolder();
        run(test).GetAwaiter().GetResult();
    }

    // What an assertion of the other test says must not become the outcome of this one.
    private static bool Fails(Action test)
    {
        using (new TestExecutionContext.IsolatedContext())
        {
            try
            {
                test();
                return false;
            }
            catch (AssertionException)
            {
                return true;
            }
        }
    }
}
