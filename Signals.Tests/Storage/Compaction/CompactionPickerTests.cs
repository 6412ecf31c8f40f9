using Signals.Storage.Compaction;

namespace Signals.Tests.Storage.Compaction;

/// <summary>The picker, driven by scripts: which runs it merges, and which it leaves alone.</summary>
[Category("Fast")]
internal sealed class CompactionPickerTests
{
    [TestCase(
        "run 1 size=10; run 2 size=10; run 3 size=10; pick",
        "none",
        TestName = "Pick_FewerThanMinRuns_DoesNothing")]
    [TestCase(
        "run 1 size=10; run 2 size=11; run 3 size=25; run 4 size=30; pick",
        "Tier type=0 window=0 tables=1,2,3,4 bytes=76",
        TestName = "Pick_FourOfSimilarSize_MergesThem")]
    [TestCase(
        "run 1 size=10; run 2 size=10; run 3 size=10; run 4 size=31; pick",
        "none",
        TestName = "Pick_FourthRunBeyondTheRatio_DoesNothing")]
    [TestCase(
        "run 9 size=900; run 1 size=10; run 2 size=10; run 3 size=10; run 4 size=10; run 8 size=900; pick",
        "Tier type=0 window=0 tables=1,2,3,4 bytes=40",
        TestName = "Pick_LargeRunsBesideSmall_LeavesTheLargeAlone")]
    [TestCase(
        "options small=100; run 1 size=1; run 2 size=5; run 3 size=40; run 4 size=99; pick",
        "Tier type=0 window=0 tables=1,2,3,4 bytes=145",
        TestName = "Pick_TinyRuns_AllCountAsSimilar")]
    [TestCase(
        "options max-bytes=39; run 1 size=10; run 2 size=10; run 3 size=10; run 4 size=10; pick",
        "none",
        TestName = "Pick_MoreThanMaxMergeBytes_DoesNothing")]
    [TestCase(
        "run 1 size=10; run 2 size=10; run 3 window=100 size=10; run 4 type=1 size=10; run 5 type=1 size=10; pick",
        "none",
        TestName = "Pick_RunsOfSeveralWindowsAndTypes_NeverMixesThem")]
    [TestCase(
        "run 1 size=1; run 2 size=1; run 3 size=1; run 4 size=1;"
            + "run 5 window=100 size=9; run 6 window=100 size=9; run 7 window=100 size=9; run 8 window=100 size=9; pick",
        "Tier type=0 window=100 tables=5,6,7,8 bytes=36",
        TestName = "Pick_EqualRunCounts_PrefersTheNewerWindow")]
    [TestCase(
        "run 1 size=1; run 2 size=1; run 3 size=1; run 4 size=1; run 9 size=500;"
            + "run 5 window=100 size=9; run 6 window=100 size=9; run 7 window=100 size=9; run 8 window=100 size=9; pick",
        "Tier type=0 window=0 tables=1,2,3,4 bytes=4",
        TestName = "Pick_MoreRunsInAnOldWindow_PrefersIt")]
    [TestCase(
        "keep type=0 from=200; run 1 time=0..99 size=5; run 2 time=100..199 window=100 size=6; run 3 time=150..200 window=100 size=7;"
            + "run 4 type=1 time=0..99 size=8; pick",
        "Expired type=0 window=0 tables=1,2 bytes=11",
        TestName = "Pick_TablesWhollyOlderThanMaxAge_DropsThemFirst")]
    [TestCase(
        "run 1 size=10 erased=1; run 2 size=10; run 3 window=100 size=10; pick",
        "Erasure type=0 window=0 tables=1 bytes=10",
        TestName = "Pick_ErasedUsers_RewritesTheTablesThatHoldThem")]
    [TestCase(
        "options min-runs=2 max-runs=2; run 1 size=90 erased=1; run 2 size=900 erased=1; run 3 size=20 erased=5; run 4 window=100 size=1;"
            + "run 5 window=100 size=1; pick",
        "Overloaded type=0 window=0 tables=1,3 bytes=110",
        TestName = "Pick_OverloadedWindow_ComesBeforeErasure")]
    [TestCase(
        "options max-runs=4; run 1 size=1; run 2 size=10; run 3 size=100; run 4 size=1000; pick",
        "Overloaded type=0 window=0 tables=1,2,3,4 bytes=1111",
        TestName = "Pick_GeometricSizesAtMaxRuns_MergesAllTheSame")]
    [TestCase(
        "options max-runs=5; run 1 size=9; run 2 size=9; run 3 size=9; run 4 size=9; run 5 size=9; run 6 size=9; pick",
        "Overloaded type=0 window=0 tables=1,2,3,4,5 bytes=45",
        TestName = "Pick_ManyRuns_NeverReadsMoreThanMaxRuns")]
    [TestCase(
        "run 1 size=1; run 2 size=500; run 3 window=100 size=7; pick; drain full",
        "none\nFull type=0 window=0 tables=1,2 bytes=501\nleft: 3,102",
        TestName = "Drain_FullRequest_LeavesOneRunPerWindow")]
    [TestCase(
        "keep type=0 from=50; run 1 time=0..99 size=5; pick; drain full",
        "none\nFull type=0 window=0 tables=1 bytes=5\nleft: 101",
        TestName = "Drain_FullRequestOverExpiredRows_RewritesTheSingleRunOnce")]
    [TestCase(
        "options max-runs=4; run 1 size=1; run 2 size=10; run 3 size=100; run 4 size=1000; run 5 size=10000; run 6 size=99999; drain full",
        "Overloaded type=0 window=0 tables=1,2,3,4 bytes=1111\nFull type=0 window=0 tables=5,6,104 bytes=111110\nleft: 204",
        TestName = "Drain_FullRequestBeyondMaxRuns_EndsWithOneRun")]
    [TestCase(
        "run 1 size=10; run 2 size=10; run 3 size=10; run 4 size=10; run 5 window=100 size=9 erased=9; drain",
        "Tier type=0 window=0 tables=1,2,3,4 bytes=40\nErasure type=0 window=100 tables=5 bytes=9\nleft: 104,105",
        TestName = "Drain_ErasedUsersBesideATier_RewritesThemAfterIt")]
    [TestCase(
        "run 1 size=10 erased=1; run 2 size=90; run 3 window=100 size=9 erased=9; drain full",
        "Full type=0 window=0 tables=1,2 bytes=100\nErasure type=0 window=100 tables=3 bytes=9\nleft: 102,103",
        TestName = "Drain_FullRequestOverErasedUsers_RewritesEachTableOnce")]
    [TestCase(
        "run 1 size=10 surplus=24; run 2 window=100 size=10 surplus=25; run 3 window=200 size=10; drain",
        "Surplus type=0 window=100 tables=2 bytes=10\nleft: 1,3,102",
        TestName = "Drain_SurplusBeyondLastN_RewritesTheTablesWhereItIsMuch")]
    [TestCase(
        "run 1 size=10 surplus=1; run 2 window=100 size=9; run 3 window=100 size=90 surplus=50;"
            + " run 4 window=200 size=10 erased=1; drain full",
        "Full type=0 window=100 tables=2,3 bytes=99\nErasure type=0 window=200 tables=4 bytes=10\n"
            + "Surplus type=0 window=0 tables=1 bytes=10\nleft: 103,104,101",
        TestName = "Drain_FullRequestOverSurplus_RewritesItLast")]
    [TestCase(
        "run 1 size=10; patches 2 size=5; patches 3 size=7; patches 4 window=100 size=1; pick",
        "Fold type=0 window=0 tables=2,3 bytes=12",
        TestName = "Pick_PatchesThatAreDue_FoldsThoseOfOneWindow")]
    [TestCase(
        "run 1 time=0..250 size=10; run 2 window=300 size=10; patches 3 size=5; patches 4 window=100 size=7; patches 5 window=300 size=1;"
            + " patches 6 window=200 size=2 due=0; patches 7 window=100 type=1 size=1; drain",
        "Fold type=0 window=300 tables=5 bytes=1\nFold type=0 window=0 tables=3,4 bytes=12\n"
            + "Fold type=1 window=100 tables=7 bytes=1\nleft: 1,2,6",
        TestName = "Drain_PatchesOfWindowsThatShareARun_AreFoldedTogether")]
    [TestCase(
        "run 1 time=0..250 size=10 aside=2; patches 3 size=5; patches 4 window=100 size=7; pick",
        "Fold type=0 window=100 tables=4 bytes=7",
        TestName = "Pick_PatchesOfWindowsThatShareARunLeftAlone_FoldsThoseOfOneWindow")]
    [TestCase(
        "run 1 time=0..250 size=10 aside=1; patches 3 size=5; patches 4 window=100 size=7; patches 5 window=200 size=1 aside=1; pick",
        "Fold type=0 window=0 tables=3,4 bytes=12",
        TestName = "Pick_SomePatchesAreFoldedAlone_FoldsTheOthersTogether")]
    [TestCase(
        "run 1 time=0..250 size=10; options max-runs=4; patches 2 size=1; patches 3 size=1; patches 4 window=100 size=1;"
            + " patches 5 window=100 size=1; patches 6 window=200 size=1; pick",
        "Fold type=0 window=0 tables=2,3,4,6 bytes=4",
        TestName = "Pick_PatchesOfWindowsThatShareARun_NeverReadsMoreThanMaxRuns")]
    [TestCase(
        "run 1 size=10 columns=1 adds; run 2 window=100 size=9 columns=1; drain full",
        "Full type=0 window=100 tables=2 bytes=9\nleft: 1,102",
        TestName = "Drain_FullRequest_LeavesAColumnFileThatOnlyAdds")]
    [TestCase(
        "run 1 size=10; patches 2 size=5 due=0; pick; drain full",
        "none\nleft: 1,2",
        TestName = "Pick_PatchesThatWereTried_LeavesThemAlone")]
    [TestCase(
        "run 1 size=10; run 2 size=10; run 3 size=10; run 4 size=10; patches 5 size=5; drain",
        "Tier type=0 window=0 tables=1,2,3,4 bytes=40\nFold type=0 window=0 tables=5 bytes=5\nleft: 104",
        TestName = "Drain_PatchesBesideATier_AreFoldedIntoTheMergedRun")]
    [TestCase(
        "run 1 size=10; run 2 size=10; run 3 size=10; run 4 size=10; patches 5 size=1; patches 6 size=1; patches 7 size=1;"
            + " patches 8 size=1; drain",
        "Fold type=0 window=0 tables=5,6,7,8 bytes=4\nTier type=0 window=0 tables=1,2,3,4 bytes=40\nleft: 104",
        TestName = "Drain_ManyPatchRuns_AreFoldedBeforeATier")]
    [TestCase(
        "options max-runs=4; run 1 size=1; run 2 size=10; run 3 size=100; run 4 size=1000;"
            + " patches 5 size=1; patches 6 size=1; patches 7 size=1;patches 8 size=1; pick",
        "Overloaded type=0 window=0 tables=1,2,3,4 bytes=1111",
        TestName = "Pick_OverloadedWindow_ComesBeforeItsPatches")]
    [TestCase(
        "run 1 size=10; patches 2 size=1; patches 3 size=2; patches 4 size=3; patches 5 size=4; patches 6 size=5; pick",
        "Fold type=0 window=0 tables=2,3,4,5,6 bytes=15",
        TestName = "Pick_PatchesOfSimilarSize_AreNeverMergedAsATier")]
    [TestCase(
        "options max-runs=4; run 1 size=10; patches 2 size=1; patches 3 size=1; patches 4 size=1; patches 5 size=1; patches 6 size=1; pick",
        "Fold type=0 window=0 tables=2,3,4,5 bytes=4",
        TestName = "Pick_ManyPatchRuns_NeverReadsMoreThanMaxRuns")]
    [TestCase(
        "run 1 size=10; run 2 window=100 size=9 columns=2; patches 3 size=1; pick full; drain full",
        "Fold type=0 window=0 tables=3 bytes=1\nFold type=0 window=0 tables=3 bytes=1\nFull type=0 window=100 tables=2 bytes=9\n"
            + "Full type=0 window=0 tables=1 bytes=10\nleft: 102,101",
        TestName = "Drain_FullRequest_LeavesNoPatchesAndNoColumnFiles")]
    [TestCase(
        "keep type=0 from=200; patches 1 time=0..99 size=5; run 2 window=100 time=100..250 size=6; pick",
        "Expired type=0 window=0 tables=1 bytes=5",
        TestName = "Pick_PatchesWhollyOlderThanMaxAge_DropsThem")]
    [TestCase(
        "run 1 size=10 erased=1; run 2 window=100 size=10; patches 3 window=100 size=1 erased=4; drain",
        "Fold type=0 window=100 tables=3 bytes=1\nErasure type=0 window=0 tables=1 bytes=10\nleft: 2,101",
        TestName = "Drain_PatchesOfErasedUsers_AreFoldedNotMerged")]
    [TestCase(
        "options window-bytes=100; run 1 size=10; run 2 window=100 size=10; run 3 window=700 size=10; run 4 window=500 size=10; pick",
        "Small type=0 window=0 tables=1,2,3,4 bytes=40",
        TestName = "Pick_FourSmallRunsOfNeighbouringWindows_MergesThem")]
    [TestCase(
        "options window-bytes=100; run 1 size=10; run 2 window=100 size=10; run 3 window=700 size=10; run 4 window=500 size=50; pick",
        "none",
        TestName = "Pick_RunOfHalfATable_IsNotSmall")]
    [TestCase(
        "options window-bytes=100; run 1 size=10; run 2 window=100 size=10; run 3 window=200 size=10; run 4 window=300 size=10; "
            + "run 11 window=900000 size=10; run 12 window=900100 size=10; run 13 window=900200 size=10;"
            + " run 14 window=900300 size=10; drain",
        "Small type=0 window=900000 tables=11,12,13,14 bytes=40\nSmall type=0 window=0 tables=1,2,3,4 bytes=40\nleft: 114,104",
        TestName = "Drain_SmallRunsOfTwoTimes_StayApartWhileTheyAreEnough")]
    [TestCase(
        "options window-bytes=100; run 1 time=0..350 size=60; run 2 time=10..390 size=70; run 3 time=90..340 size=80;"
            + " run 4 time=40..399 size=90; pick",
        "Tier type=0 window=0 tables=1,2,3,4 bytes=300",
        TestName = "Pick_LargeRunsOfOneRange_AreATier")]
    [TestCase(
        "options window-bytes=100; run 1 time=0..350 size=60; run 2 window=100 size=70; run 3 time=200..340 size=80;"
            + " run 4 window=500 size=5; drain full",
        "Full type=0 window=0 tables=1,2,3 bytes=210\nleft: 4,103",
        TestName = "Drain_FullRequest_MergesRunsThatMeetInAnyWindow")]
    [TestCase(
        "options max-runs=4; run 1 time=0..899 size=5; run 2 window=0 size=900; run 3 window=100 size=900; run 4 window=100 size=20; "
            + "run 5 window=300 size=900; run 6 window=600 size=900; pick full",
        "Full type=0 window=0 tables=1 bytes=5 cuts=0,100,200,300,400,600,700",
        TestName = "Pick_FullRequestOverAStrayRun_DividesItWhereTheOthersLie")]
    [TestCase(
        "keep type=0 from=400; run 1 time=0..800 size=60; run 2 time=300..390 size=70; run 3 time=350..790 size=80; pick;"
            + " keep type=0 from=401; drain",
        "Expired type=0 window=300 tables=2 bytes=70\nExpired type=0 window=300 tables=2 bytes=70\n"
            + "Aged type=0 window=0 tables=1 bytes=60\nleft: 3,101",
        TestName = "Drain_HalfOfALongRunExpired_RewritesItOnce")]
    public void Pick_Script_GivesThePlans(string script, string plans) =>
        Assert.That(PickerScript.Run(script.Replace(';', '\n')), Is.EqualTo(plans));

    [Test]
    public void Pick_SteadyFlushes_KeepsRunsAndRewritesLogarithmic()
    {
        var options = new CompactionOptions();
        var runs = new List<RunSummary>();
        const int Flushes = 1000;
        const long FlushBytes = 4 << 20;
        long rewritten = 0;
        int most = 0;
        for (ulong number = 1; number <= Flushes; number++)
        {
            runs.Add(Run(number, 0, FlushBytes));
            while (CompactionPicker.Pick(runs, options, [long.MinValue]) is CompactionWork work)
            {
                runs.RemoveAll(run => work.Tables.Contains(run.Number));
                runs.Add(Run(number + (ulong)(rewritten += work.InputBytes), 0, work.InputBytes));
            }

            most = Math.Max(most, runs.Count);
        }

        double amplification = (double)rewritten / (Flushes * FlushBytes);
        TestContext.Out.WriteLine($"most runs {most}, each row rewritten {amplification:F1} times");
        Assert.That(most, Is.LessThanOrEqualTo(16));
        Assert.That(amplification, Is.LessThan(6));
    }

    [Test]
    public void Pick_SixteenThousandWindows_LooksAtWhatChanged()
    {
        const int Windows = 16_000;
        var options = new CompactionOptions { WindowBytes = 0 };
        var index = new RunQueue(options);
        for (ulong i = 0; i < Windows; i++)
        {
            index.Set(Run(i, (long)i, 1 << 20));
        }

        long[] kept = [long.MinValue];
        Assert.That(index.Pick(kept), Is.Null);
        long before = index.Steps;
        for (ulong i = 0; i < 4; i++)
        {
            index.Set(Run(Windows + i, 77, 1 << 20));
            Assert.That(index.Pick(kept), i < 2 ? Is.Null : Is.Not.Null);
        }

        Assert.That(index.Pick(kept)!.Tables, Is.EqualTo(new ulong[] { 77, Windows, Windows + 1, Windows + 2, Windows + 3 }));
        Assert.That(index.Steps - before, Is.LessThan(50));
    }

    [Test]
    public void Pick_SmallWindowsOfAnyNumber_LeavesFewRunsAfterFewMerges()
    {
        const int Windows = 4_000;
        var options = new CompactionOptions();
        var index = new RunQueue(options);
        for (ulong i = 0; i < Windows; i++)
        {
            index.Set(Run(i, (long)i * 37 % 100_003, 8 << 10));
        }

        ulong next = Windows;
        int merges = 0;
        while (index.Pick([long.MinValue]) is { } work)
        {
            RunSummary[] inputs = [.. work.Tables.Select(number => index.Runs[number])];
            Array.ForEach(inputs, run => index.Remove(run.Number));
            index.Set(inputs[0] with
            {
                Number = next++,
                MinTime = inputs.Min(run => run.MinTime),
                MaxTime = inputs.Max(run => run.MaxTime),
                Bytes = work.InputBytes,
            });
            Assert.That(++merges, Is.LessThan(Windows / 20));
        }

        Assert.That(index.Runs, Has.Count.LessThan(20));
        Assert.That(index.Steps, Is.LessThan(8 * Windows));
    }

    private static RunSummary Run(ulong number, long window, long bytes)
    {
        const long Hour = 3_600_000;
        return new RunSummary
        {
            Number = number,
            Window = TimeSpan.FromHours(1),
            MinTime = window * Hour,
            MaxTime = (window * Hour) + 9,
            Bytes = bytes,
        };
    }
}
