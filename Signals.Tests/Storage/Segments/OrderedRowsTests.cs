using Signals.Offline;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Segments;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Segments;

/// <summary>
/// Rows that come in order are written without sorting them. The bytes must be those that sorting gives, also when the order
/// breaks.
/// </summary>
[Category("Fast")]
internal sealed class OrderedRowsTests
{
    private static readonly OrderedLimits InMemory = new(
        FirstRows: 8, WaitingBytes: 1 << 20, FirstPartBytes: 1 << 20, OpenWindows: 4, DirectoryBytes: 1 << 20);

    private static readonly OrderedLimits InFiles = InMemory with { WaitingBytes = 4096, FirstPartBytes = 64 };
    private static readonly OrderedLimits Never = InMemory with { FirstRows = int.MaxValue };

    [Test]
    public void Finish_RowsInOrder_GivesTheBytesOfSorting([Values] bool byWindow, [Values] bool events, [Values] bool inFiles)
    {
        SegmentRow[] rows = Ordered(Sample(1, 900, Marks(events)), byWindow);
        SimFileSystem files = Write(rows, inFiles ? InFiles : InMemory, out bool stayedOrdered, out SegmentInfo info);
        Assert.That(stayedOrdered);
        AssertIsAsSorted(files, info, rows);
    }

    [Test]
    public void Finish_PartsGrowInFiles_GivesTheBytesOfSorting([Values(64, 500_000)] int firstPartBytes)
    {
        SegmentRow[] rows = Ordered(Sample(12, 12_000, RowMarks.Correct), byWindow: false);
        OrderedLimits limits = InFiles with { WaitingBytes = 400_000, FirstPartBytes = firstPartBytes };
        SimFileSystem files = Write(rows, limits, out bool stayedOrdered, out SegmentInfo info);
        Assert.That(stayedOrdered);
        AssertIsAsSorted(files, info, rows);
    }

    [Test]
    public void Finish_DirectoriesTakeTooMuchMemory_AreGivenUpAndGiveTheSameBytes()
    {
        SegmentRow[] rows = Ordered(Sample(13, 600, RowMarks.Correct), byWindow: false);
        SimFileSystem files = Write(rows, InMemory with { DirectoryBytes = 400 }, out bool stayedOrdered, out SegmentInfo info);
        Assert.That(stayedOrdered, Is.False);
        AssertIsAsSorted(files, info, rows);
    }

    [Test]
    public void Finish_RowsOfAnEventRepeated_MergesThem([Values] bool byWindow)
    {
        SegmentRow[] rows = Sample(2, 300, RowMarks.Correct);
        rows = Ordered([.. rows, .. rows[..100]], byWindow);
        SimFileSystem files = Write(rows, InMemory, out bool stayedOrdered, out SegmentInfo info);
        Assert.That(stayedOrdered);
        Assert.That(info.Patches, Is.LessThan(rows.Length));
        AssertIsAsSorted(files, info, rows);
    }

    [Test]
    public void Finish_OnlyUsersInOrder_GivesTheBytesOfSorting(
        [Values] bool events, [Values] bool inFiles, [Values] bool oldestFirst, [Values(0, 100)] int repeated)
    {
        SegmentRow[] rows = Sample(15, 900, Marks(events));
        rows = [.. rows, .. rows[..repeated]];
        new Random(16).Shuffle(rows);
        IOrderedEnumerable<SegmentRow> byUser = rows.OrderBy(row => row.User);
        rows = [.. oldestFirst ? byUser.ThenBy(row => row.Time).ThenBy(row => row.Id) : byUser];
        SimFileSystem files = Write(rows, inFiles ? InFiles : InMemory, out bool stayedOrdered, out SegmentInfo info);
        Assert.That(stayedOrdered);
        Assert.That(info.Events + info.Patches, Is.EqualTo(rows.DistinctBy(row => (row.User, row.Time, row.Id)).Count()));
        AssertIsAsSorted(files, info, rows);
    }

    /// <summary>More rows of one user than should be sorted beside the parts go through the sorter, whose memory is bounded.</summary>
    [Test]
    public void Finish_OneUserHasMostRows_LeavesTheRestOfThemToTheSorter([Values] bool oldestFirst)
    {
        SegmentRow[] rows = [.. Sample(17, 4000, RowMarks.Correct).Select(row => row with { User = UserId.From(7) })];
        rows = [.. Sample(18, 40, RowMarks.Correct).Select(row => row with { User = UserId.From(3) }), .. rows];
        IOrderedEnumerable<SegmentRow> byUser = rows.OrderBy(row => row.User);
        rows = [.. oldestFirst ? byUser.ThenBy(row => row.Time) : byUser.ThenByDescending(row => row.Time).ThenBy(row => row.Id)];
        SimFileSystem files = Write(rows, InMemory with { WaitingBytes = 64 << 10 }, out bool stayedOrdered, out SegmentInfo info);
        Assert.That(stayedOrdered, Is.False);
        AssertIsAsSorted(files, info, rows);
    }

    [Test]
    public void Finish_OrderBreaks_GivesTheBytesOfSorting([Range(0, 23)] int seed, [Values] bool inFiles)
    {
        Random random = new(seed);
        SegmentRow[] rows = Ordered(Sample(seed, 400, Marks(seed % 2 == 0)), byWindow: seed % 3 == 0);
        int at = random.Next(9, rows.Length);
        rows = (seed % 4) switch
        {
            0 => [.. rows[..at], .. rows[..1], .. rows[at..]],
            1 => [.. rows[..at], .. Sample(seed + 100, 30, Marks(seed % 2 == 0)), .. rows[at..]],
            2 => [.. rows[..at], .. rows[at..].Reverse()],
            _ => [.. rows[..at], .. rows[at..].Select(row => row with { Time = row.Time + SegmentSample.Hour })],
        };
        SimFileSystem files = Write(rows, inFiles ? InFiles : InMemory, out _, out SegmentInfo info);
        AssertIsAsSorted(files, info, rows);
    }

    /// <summary>One user has all events, at one time, and two of them come the wrong way round.</summary>
    [Test]
    public void Finish_IdsOfATimeAreOutOfOrder_SortsThem([Range(8, 20)] int at, [Values] bool events)
    {
        SegmentRow[] rows =
        [
            .. Sample(15, 24, Marks(events)).Select((row, i) =>
                row with { User = UserId.From(7), Time = SegmentSample.Start + 1, Id = (ulong)(i == at ? at + 1 : i == at + 1 ? at : i) }),
        ];
        SimFileSystem files = Write(rows, InMemory, out bool stayedOrdered, out SegmentInfo info);
        Assert.That(stayedOrdered, "only the rows of one user need sorting");
        AssertIsAsSorted(files, info, rows);
    }

    [Test]
    public void Finish_AnotherKindOfRowComes_GivesTheBytesOfSorting(
        [Values(RowMarks.Correct, RowMarks.Insert)] RowMarks first, [Values] RowMarks then, [Values(0, 7, 8, 60, 299)] int at)
    {
        SegmentRow[] rows = Ordered(Sample(4, 300, first), byWindow: false);
        rows[at] = rows[at] with { Marks = then, Cells = then == RowMarks.Retract ? [] : rows[at].Cells };
        SimFileSystem files = Write(rows, InMemory, out bool stayedOrdered, out SegmentInfo info);
        Assert.That(stayedOrdered, Is.EqualTo(first == then));
        AssertIsAsSorted(files, info, rows);
    }

    [Test]
    public void Finish_ColumnIsFirstSetLate_IsInTheHeader()
    {
        SegmentRow[] rows = Ordered(Sample(5, 300, RowMarks.Correct), byWindow: false);
        foreach (SegmentRow row in rows[..250])
        {
            row.Cells.Remove("price");
        }

        SimFileSystem files = Write(rows, InMemory, out bool stayedOrdered, out SegmentInfo info);
        Assert.That(stayedOrdered, Is.False);
        Assert.That(SegmentContent.Open(files).Header.Columns.Select(column => column.Name), Does.Contain("price"));
        AssertIsAsSorted(files, info, rows);
    }

    [Test]
    public void Finish_MoreWindowsThanMayBeOpen_StaysOrderedOnlyWindowByWindow([Values] bool byWindow)
    {
        SegmentRow[] rows = Ordered(Sample(6, 600, RowMarks.Insert), byWindow);
        SimFileSystem files = Write(rows, InMemory with { OpenWindows = 2 }, out bool stayedOrdered, out SegmentInfo info);
        Assert.That(stayedOrdered, Is.EqualTo(byWindow));
        AssertIsAsSorted(files, info, rows);
    }

    [Test]
    public void Finish_RowsInRandomOrder_AreSortedAsAWhole()
    {
        SegmentRow[] rows = Sample(7, 300, RowMarks.Insert);
        SimFileSystem files = Write(rows, InMemory, out bool stayedOrdered, out SegmentInfo info);
        Assert.That(stayedOrdered, Is.False);
        AssertIsAsSorted(files, info, rows);
    }

    /// <summary>The sorter takes a batch of wide rows long before it has as many rows as it takes to see an order.</summary>
    [Test]
    public void Finish_RowsInOrderOfDifferentWidth_LosesNone([Values] bool wideFirst, [Values(1, 30, 300)] int wide)
    {
        SegmentRow[] rows = Ordered(Sample(14, 600, RowMarks.Correct), byWindow: false);
        ColumnSchema blob = SegmentSample.Type.Columns.Single(column => column.Name == "blob");
        SegmentCell large = new(ColumnState.Value, new byte[3000]);
        for (int i = 0; i < rows.Length; i++)
        {
            bool isWide = wideFirst ? i < wide : i >= rows.Length - wide;
            rows[i].Cells[blob.Name] = isWide ? large : new SegmentCell(ColumnState.Value, new byte[1]);
        }

        SimFileSystem files = NewFiles();
        using SegmentWriter writer = SegmentWriter.Create(
            files, SegmentSample.Path, SegmentSample.Type, SegmentSample.Options, 256 << 10, InMemory with { FirstRows = 64 });
        Array.ForEach(rows, row => SegmentSample.Add(writer, SegmentSample.Type, row));
        SegmentInfo info = writer.Finish();
        AssertIsAsSorted(files, info with { SpilledRuns = 0 }, rows);
    }

    [Test]
    public void Finish_OrderBreaksAfterMuch_StaysWithinTheBudgetAndSpills()
    {
        const long budget = 256 << 10;
        OrderedLimits limits = InFiles with { WaitingBytes = budget / 2, FirstPartBytes = budget / 32 };
        SegmentRow[] rows = [.. Ordered(Sample(8, 4000, RowMarks.Insert), byWindow: false), .. Sample(9, 4000, RowMarks.Insert)];
        SimFileSystem files = NewFiles();
        using SegmentWriter writer = SegmentWriter.Create(
            files, SegmentSample.Path, SegmentSample.Type, SegmentSample.Options, budget, limits);
        long most = 0;
        foreach (SegmentRow row in rows)
        {
            SegmentSample.Add(writer, SegmentSample.Type, row);
            most = Math.Max(most, writer.HeldBytes);
        }

        SegmentInfo info = writer.Finish();
        Assert.That(info.SpilledRuns, Is.GreaterThan(1));
        Assert.That(Math.Max(most, writer.PeakHeldBytes), Is.LessThanOrEqualTo(budget));
        AssertIsAsSorted(files, info with { SpilledRuns = 0 }, rows);
    }

    [Test]
    public void Dispose_WithoutFinish_LeavesNothing([Values] bool breaks)
    {
        SimFileSystem files = NewFiles();
        using (SegmentWriter writer = Create(files, InFiles))
        {
            foreach (SegmentRow row in Ordered(Sample(1, 900, RowMarks.Insert), byWindow: false))
            {
                SegmentSample.Add(writer, SegmentSample.Type, row);
            }

            for (int i = 0; i < (breaks ? InFiles.FirstRows + 1 : 0); i++)
            {
                SegmentSample.Add(writer, SegmentSample.Type, Sample(3, 1, RowMarks.Retract)[0]);
            }

            Assert.That(writer.HeldBytes, Is.Positive, "asking waits for the rows that another thread writes");
            Assert.That(files.ListFiles("/offline"), breaks ? Has.Count.EqualTo(3) : Is.Empty, "a file for each part");
        }

        Assert.That(files.ListFiles("/offline"), Is.Empty);
    }

    [Test]
    public void Create_AfterACrash_RemovesPartsThatWaited()
    {
        SimFileSystem files = NewFiles();
        foreach (string name in (string[])
            ["day.seg.part000001.tmp", "day.seg.part000002.1.tmp", "day.seg.part12.tmp", "today.seg.part000001.tmp"])
        {
            using IFile left = files.Open("/offline/" + name, FileOpenMode.CreateNew);
            left.Write(0, "SIGSEGMT, as far as it came"u8);
        }

        SegmentSample.Write(files, Sample(1, 5, RowMarks.Insert));
        Assert.That(
            files.ListFiles("/offline"), Is.EquivalentTo(["day.seg", "day.seg.part12.tmp", "today.seg.part000001.tmp"]));
    }

    [Test]
    public void Finish_EveryFileOperationFails_NamesTheFileAndLeavesNothing([Values] bool breaks)
    {
        SegmentRow[] rows = Ordered(Sample(5, 500, RowMarks.Insert), byWindow: false);
        rows = breaks ? [.. rows, .. rows[..1]] : rows;
        for (int operation = 1; ; operation++)
        {
            SimFileSystem files = NewFiles();
            int before = files.OperationCount;
            files.FailAt(before + operation - 1);
            try
            {
                using SegmentWriter writer = Create(files, InFiles);
                Array.ForEach(rows, row => SegmentSample.Add(writer, SegmentSample.Type, row));
                writer.Finish();
                if (files.OperationCount < before + operation)
                {
                    Assert.That(operation, Is.GreaterThan(15), "operations were made to fail");
                    return;
                }

                // What failed was the delete of a temporary file: no reason to give the segment up.
                Assert.That(files.ListFiles("/offline"), Has.Count.EqualTo(2));
            }
            catch (FileOperationException error)
            {
                Assert.That(error.Path, Does.StartWith("/offline"));
                Assert.That(files.ListFiles("/offline"), Has.Count.LessThanOrEqualTo(1), error.Message);
                Assert.That(files.FileExists(SegmentSample.Path), Is.False, error.Message);
            }
        }
    }

    [Test]
    public void Read_OfAWaitingPart_GivesItsBytesFromMemoryAndFromAFile([Values] bool inFile)
    {
        byte[] written = new byte[5000];
        new Random(1).NextBytes(written);
        using WaitingPart part = new(NewFiles(), "/offline/part.tmp", "a header"u8.ToArray());
        part.Write(0, written.AsSpan(0, 1700));
        if (inFile)
        {
            part.MoveToFile();
        }

        part.Write(1700, written.AsSpan(1700, 1), written.AsSpan(1701));
        byte[] read = new byte[3300];
        Assert.That(part.Read(1650, read), Is.EqualTo(read.Length));
        Assert.That(read, Is.EqualTo(written[1650..4950]));
        Assert.That(part.Read(4990, read), Is.EqualTo(10));
        Assert.That(part.HeldBytes, inFile ? Is.Zero : Is.EqualTo(written.Length));
        Assert.That(() => part.Write(4999, read), Throws.InvalidOperationException);
    }

    private static RowMarks Marks(bool events) => events ? RowMarks.Insert : RowMarks.Correct;

    private static SegmentRow[] Sample(int seed, int count, RowMarks marks) => [.. SegmentSample.Rows(new Random(seed), count, marks)];

    private static SegmentRow[] Ordered(IEnumerable<SegmentRow> rows, bool byWindow) =>
    [
        .. rows.OrderBy(row => byWindow ? TimeWindow.StartOf(row.Time, SegmentSample.Type.Window) : 0)
            .ThenBy(row => row.User).ThenByDescending(row => row.Time).ThenBy(row => row.Id),
    ];

    private static SimFileSystem Write(SegmentRow[] rows, OrderedLimits limits, out bool stayedOrdered, out SegmentInfo info)
    {
        SimFileSystem files = NewFiles();
        using SegmentWriter writer = Create(files, limits);
        Array.ForEach(rows, row => SegmentSample.Add(writer, SegmentSample.Type, row));
        info = writer.Finish();
        stayedOrdered = writer.IsOrdered;
        Assert.That(files.ListFiles("/offline"), Is.EqualTo(["day.seg"]));
        return files;
    }

    private static void AssertIsAsSorted(SimFileSystem files, SegmentInfo info, SegmentRow[] rows)
    {
        SegmentRow[] shuffled = [.. rows];
        new Random(11).Shuffle(shuffled);
        SimFileSystem sorted = Write(shuffled, Never, out _, out SegmentInfo expected);
        Assert.That(info, Is.EqualTo(expected));
        Assert.That(Bytes(files), Is.EqualTo(Bytes(sorted)));
        SegmentFile segment = SegmentContent.Open(files);
        Assert.That(SegmentVerifier.Verify(segment, _ => { }), Has.Length.EqualTo(segment.Parts.Length));
    }

    private static SegmentWriter Create(SimFileSystem files, OrderedLimits limits) => SegmentWriter.Create(
        files, SegmentSample.Path, SegmentSample.Type, SegmentSample.Options, orderedLimits: limits);

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
}
