using Signals.Offline;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Segments;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Segments;

/// <summary>
/// A segment has the same bytes in whatever order its rows came, holds what the model says, and a failure leaves nothing.
/// </summary>
internal sealed class SegmentWriterTests
{
    private static readonly RowMarks[][] Mixes =
    [
        [RowMarks.Insert],
        [RowMarks.Correct],
        [RowMarks.Retract],
        [RowMarks.Insert, RowMarks.Correct],
        [RowMarks.Insert, RowMarks.Retract],
        [RowMarks.Insert, RowMarks.Insert, RowMarks.Correct, RowMarks.Correct, RowMarks.Retract],
    ];

    [Test]
    public void Finish_RandomRows_HoldsWhatTheModelSays([Range(0, 5)] int mix, [Values(1, 40, 900)] int count)
    {
        Random random = new(mix * 1000 + count);
        List<SegmentRow> rows = SegmentSample.Rows(random, count, Mixes[mix]);
        SimFileSystem files = NewFiles();
        SegmentInfo info = SegmentSample.Write(files, rows);
        var expected = SegmentSample.Merge(rows);
        List<(SegmentPart Part, List<SegmentRow> Rows)> parts = SegmentContent.Read(files);
        Assert.That(
            parts.SelectMany(part => part.Rows).OrderBy(row => row.Identity).Select(row => row.ToString()),
            Is.EqualTo(expected.Values.Select(row => row.ToString())));
        Assert.That(parts.TrueForAll(part => part.Rows.TrueForAll(
            row => TimeWindow.StartOf(row.Time, SegmentSample.Type.Window) == part.Part.WindowStart)));
        Assert.That(info.Events, Is.EqualTo(expected.Values.Count(row => row.Marks != RowMarks.Correct)));
        Assert.That(info.Patches, Is.EqualTo(expected.Values.Count(row => row.Marks == RowMarks.Correct)));
        Assert.That(info.FileBytes, Is.EqualTo(SegmentContent.Open(files).Length));
        AssertNothingElse(files);
    }

    [Test]
    public void Set_ThatFails_LeavesNothingOfTheRow()
    {
        string folder = Directory.CreateTempSubdirectory("signals-segment-").FullName;
        try
        {
            EventTypeSchema type = SegmentSample.Type;
            string[] files = [Path.Combine(folder, "whole.seg"), Path.Combine(folder, "failed.seg")];
            foreach (string file in files)
            {
                using SegmentWriter writer = SegmentWriter.Create(file, type, new SegmentOptions { Generation = 1, Source = "job" });
                writer.Insert(UserId.From(1), 1000, 1).Set("price", 1L);
                if (file == files[1])
                {
                    Assert.That(() => writer.Insert(UserId.From(1), 2000, 2).Set("price", 2L).Set("missing", 1), Throws.ArgumentException);
                    Assert.That(() => writer.Insert(UserId.From(9), 3000, 3).Set("price", "text"), Throws.ArgumentException);
                }

                writer.Insert(UserId.From(2), 1000, 1).Set("price", 3L);
                writer.Retract(UserId.From(2), 500, 1);
                writer.Finish();
            }

            Assert.That(File.ReadAllBytes(files[1]), Is.EqualTo(File.ReadAllBytes(files[0])));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Finish_AnyOrderOfRowsAndColumns_GivesTheSameBytes([Range(0, 5)] int mix)
    {
        Random random = new(mix);
        SegmentRow[] rows = [.. SegmentSample.Rows(random, 300, Mixes[mix])];
        SimFileSystem first = NewFiles();
        SegmentInfo info = SegmentSample.Write(first, rows);
        random.Shuffle(rows);
        EventTypeSchema reversed = StoreSchema.Define(schema => schema
            .EventType("other", type => type.Text("x"))
            .EventType("view", type => type
                .Field<int>("unused").EnrichmentVector<sbyte>("tiny", 4).Field<bool>("organic").Field<long>("price").Text("country")
                .EnrichmentBytes("blob").EnrichmentVector<Half>("embedding", 40).Field<float>("score")
                .Window(TimeSpan.FromDays(1))))["view"];
        SimFileSystem second = NewFiles();
        SegmentInfo again = SegmentSample.Write(second, [.. rows, .. rows[..50]], type: reversed);
        Assert.That(Bytes(second), Is.EqualTo(Bytes(first)));
        Assert.That(again.ContentId, Is.EqualTo(info.ContentId));
    }

    [Test]
    public void Finish_SmallBudget_GivesTheBytesOfALargeOneAndStaysInside([Range(0, 5)] int mix)
    {
        List<SegmentRow> rows = SegmentSample.Rows(new Random(mix), mix == 2 ? 12_000 : 4000, Mixes[mix]);
        SimFileSystem large = NewFiles();
        SegmentInfo inMemory = SegmentSample.Write(large, rows);
        Assert.That(inMemory.SpilledRuns, Is.Zero);
        SimFileSystem small = NewFiles();
        using SegmentWriter writer = SegmentWriter.Create(
            small, SegmentSample.Path, SegmentSample.Type, SegmentSample.Options, memoryBudgetBytes: Budget);
        long most = 0;
        foreach (SegmentRow row in rows)
        {
            SegmentSample.Add(writer, SegmentSample.Type, row);
            most = Math.Max(most, writer.HeldBytes);
        }

        SegmentInfo spilled = writer.Finish();
        Assert.That(Bytes(small), Is.EqualTo(Bytes(large)));
        Assert.That(spilled.SpilledRuns, Is.GreaterThan(5));
        Assert.That(Math.Max(most, writer.PeakHeldBytes), Is.LessThanOrEqualTo(Budget));
        Assert.That(writer.PeakOpenRuns, Is.LessThan(spilled.SpilledRuns), "some runs were merged first");
        AssertNothingElse(small);
    }

    [Test]
    public void Create_BesideAnotherWriterAtWork_LeavesItsFilesAlone()
    {
        SimFileSystem files = NewFiles();
        using SegmentWriter other = SegmentWriter.Create(
            files, SegmentSample.Path + ".1", SegmentSample.Type, SegmentSample.Options, Budget);
        List<SegmentRow> rows = SegmentSample.Rows(new Random(1), 1500, RowMarks.Insert);
        rows.ForEach(row => SegmentSample.Add(other, SegmentSample.Type, row));
        string[] before = [.. files.ListFiles("/offline").Order()];
        Assert.That(before, Is.Not.Empty, "rows were spilled");
        SegmentWriter.Create(files, SegmentSample.Path, SegmentSample.Type, SegmentSample.Options, Budget).Dispose();
        Assert.That(files.ListFiles("/offline").Order(), Is.EqualTo(before));
        Assert.That(other.Finish().Events, Is.GreaterThan(0));
    }

    [Test]
    public void Dispose_WithoutFinish_LeavesNothing()
    {
        SimFileSystem files = NewFiles();
        using (SegmentWriter writer = SegmentWriter.Create(files, SegmentSample.Path, SegmentSample.Type, SegmentSample.Options, Budget))
        {
            foreach (SegmentRow row in SegmentSample.Rows(new Random(1), 1500, RowMarks.Insert))
            {
                SegmentSample.Add(writer, SegmentSample.Type, row);
            }

            Assert.That(files.ListFiles("/offline"), Is.Not.Empty, "rows were spilled");
        }

        Assert.That(files.ListFiles("/offline"), Is.Empty);
    }

    [Test]
    public void Finish_EveryFileOperationFails_NamesTheFileAndLeavesNothing()
    {
        List<SegmentRow> rows = SegmentSample.Rows(new Random(5), 700, Mixes[5]);
        for (int operation = 1; ; operation++)
        {
            SimFileSystem files = NewFiles();
            int before = files.OperationCount;
            files.FailAt(before + operation - 1);
            try
            {
                using SegmentWriter writer = SegmentWriter.Create(
                    files, SegmentSample.Path, SegmentSample.Type, SegmentSample.Options, Budget);
                rows.ForEach(row => SegmentSample.Add(writer, SegmentSample.Type, row));
                writer.Finish();
                if (files.OperationCount < before + operation)
                {
                    Assert.That(operation, Is.GreaterThan(20), "operations were made to fail");
                    return;
                }

                // What failed was the delete of a temporary file: no reason to give the segment up.
                Assert.That(files.ListFiles("/offline"), Has.Count.EqualTo(2));
            }
            catch (FileOperationException error)
            {
                Assert.That(error.Path, Does.StartWith("/offline"));

                // A failed delete leaves its file; the segment itself is never there.
                Assert.That(files.ListFiles("/offline"), Has.Count.LessThanOrEqualTo(1), error.Message);
                Assert.That(files.FileExists(SegmentSample.Path), Is.False, error.Message);
            }
        }
    }

    [Test]
    public void Create_AfterACrash_RemovesWhatWasLeft()
    {
        SimFileSystem files = NewFiles();
        foreach (string name in (string[])
            ["day.seg.new.tmp", "day.seg.new.1.tmp", "day.seg.run000001.tmp", "day.seg.patches.tmp", "today.seg.new.tmp"])
        {
            using IFile left = files.Open("/offline/" + name, FileOpenMode.CreateNew);
            left.Write(0, "SIGSEGMT, as far as it came"u8);
        }

        SegmentSample.Write(files, SegmentSample.Rows(new Random(1), 5, RowMarks.Insert));
        Assert.That(files.ListFiles("/offline"), Is.EquivalentTo(["day.seg", "today.seg.new.tmp"]));
    }

    [Test]
    public void Create_BadArguments_AreRefused()
    {
        SimFileSystem files = NewFiles();
        Assert.That(() => Create(files, new SegmentOptions { Generation = 0 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Create(files, new SegmentOptions { Generation = 1L << 47 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Create(files, new SegmentOptions { Generation = 1, Source = "../x" }), Throws.ArgumentException);
        Assert.That(
            () => Create(files, new SegmentOptions { Generation = 1, MemoryBudgetBytes = 1 }),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => SegmentWriter.Create(files, "/nowhere/day.seg", SegmentSample.Type, SegmentSample.Options),
            Throws.InstanceOf<FileOperationException>());
        SegmentSample.Write(files, SegmentSample.Rows(new Random(1), 1, RowMarks.Insert));
        Assert.That(() => Create(files, SegmentSample.Options), Throws.InstanceOf<FileOperationException>());
    }

    [Test]
    public void Insert_BadTimesOrColumns_AreRefused()
    {
        using SegmentWriter writer = Create(NewFiles(), SegmentSample.Options);
        Assert.That(() => writer.Insert(UserId.From(1), -62_135_596_800_001, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => writer.Insert(UserId.From(1), 253_402_300_800_000, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => writer.Insert(UserId.From(1), 0, 1).Set("nothing", 1f), Throws.ArgumentException.With.Message.Contain("nothing"));
        Assert.That(() => writer.Insert(UserId.From(1), 0, 1).Set("score", 1), Throws.ArgumentException.With.Message.Contain("score"));
        Assert.That(() => writer.Correct(UserId.From(1), 0, 1).SetVector("embedding", new Half[39]), Throws.ArgumentException);
    }

    [Test]
    public void Finish_WithoutRows_IsRefused()
    {
        SimFileSystem files = NewFiles();
        using SegmentWriter writer = Create(files, new SegmentOptions { Generation = 1 });
        Assert.That(writer.Finish, Throws.InvalidOperationException);
        Assert.That(() => writer.Insert(UserId.From(1), 0, 1), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(files.ListFiles("/offline"), Is.Empty);
    }

    [Test]
    public void Create_WhileAnotherWriterMakesTheSame_IsRefusedUntilItIsDone()
    {
        SimFileSystem files = NewFiles();
        using (SegmentWriter first = Create(files, SegmentSample.Options))
        {
            Assert.That(
                () => Create(files, SegmentSample.Options),
                Throws.InstanceOf<FileOperationException>().With.Message.Contain("another writer"));
            first.Insert(UserId.From(1), SegmentSample.Start, 1);
        }

        Create(files, SegmentSample.Options).Dispose();
        Assert.That(files.ListFiles("/offline"), Is.Empty);
    }

    [Test]
    public void Create_WhileAnotherWriterMakesTheSameOnThisMachine_IsRefusedAndNothingIsLeft()
    {
        string folder = Directory.CreateTempSubdirectory("signals-").FullName;
        string path = Path.Combine(folder, "day.seg");
        using (SegmentWriter.Create(path, SegmentSample.Type, SegmentSample.Options))
        {
            Assert.That(
                () => SegmentWriter.Create(path, SegmentSample.Type, SegmentSample.Options),
                Throws.InstanceOf<FileOperationException>());
        }

        Assert.That(Directory.GetFiles(folder), Is.Empty);
        Directory.Delete(folder);
    }

    [Test]
    public void Finish_BothKindsInAWindow_PutsEventsFirst()
    {
        SimFileSystem files = NewFiles();
        SegmentSample.Write(files, SegmentSample.Rows(new Random(3), 500, RowMarks.Insert, RowMarks.Correct));
        Assert.That(
            SegmentContent.Open(files).Parts.Select(part => (part.WindowStart, part.Kind)),
            Is.EqualTo(Enumerable.Range(0, 6).Select(i => (SegmentSample.Start + i / 2 * 24 * SegmentSample.Hour, (RunKind)(i % 2)))));
    }

    private const long Budget = 256 << 10;

    private static SegmentWriter Create(SimFileSystem files, SegmentOptions options) =>
        SegmentWriter.Create(files, SegmentSample.Path, SegmentSample.Type, options);

    private static SimFileSystem NewFiles()
    {
        SimFileSystem files = new(record: false);
        files.CreateDirectory("/offline");
        return files;
    }

    private static byte[] Bytes(SimFileSystem files)
    {
        using IFile file = files.Open(SegmentSample.Path, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private static void AssertNothingElse(SimFileSystem files) => Assert.That(files.ListFiles("/offline"), Is.EqualTo(["day.seg"]));
}
