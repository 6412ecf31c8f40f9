using Signals.Offline;
using Signals.Storage.FileSystem;
using Signals.Storage.Segments;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.FileSystem;

namespace Signals.Tests.Storage.Segments;

/// <summary>
/// Rows in order over many windows: the parts that wait for those of earlier windows take few handles and no more memory than they
/// may, whether the order holds or breaks. The bytes are those that sorting gives.
/// </summary>
[Category("Fast")]
internal sealed class WaitingPartTests
{
    private const int Windows = 60;
    private const int Users = 5;
    private const int BlobBytes = 1500;

    private static readonly OrderedLimits Limits = new(
        FirstRows: 8, WaitingBytes: 64 << 10, FirstPartBytes: 4 << 10, OpenWindows: 3, DirectoryBytes: 1 << 20);

    // Beside the parts that rows may come for: the first part, the lock, the segment, the part that is copied or read, a folder.
    private static readonly int MostHandles = Limits.OpenWindows + 5;

    [Test]
    public void Finish_ManyWindowsInFiles_TakesFewHandles([Values(1, 4, Windows)] int stretch, [Values] bool breaks)
    {
        SegmentRow[] rows = Rows(stretch);
        rows = breaks ? [.. rows, .. rows[..Users]] : rows;
        ScarceFileSystem files = new(NewFiles());
        SegmentInfo info = Write(files, rows, Limits with { WaitingBytes = 0, FirstPartBytes = 0 }, _ => { });
        Assert.That(files.MostOpen, Is.LessThanOrEqualTo(MostHandles));
        Assert.That(files.OpenNow, Is.Zero);
        AssertIsAsSorted(files, info, rows);
    }

    [Test]
    public void Add_WindowsThatAreFinished_HoldNoRowBuffers()
    {
        long most = 0;
        SegmentRow[] rows = Rows(stretch: 1);
        SimFileSystem files = NewFiles();
        SegmentInfo info = Write(files, rows, Limits, writer => most = Math.Max(most, writer.HeldBytes));
        const long LargestWindow = 64 << 10; // its rows in arrays that double, and the batch
        Assert.That(most, Is.InRange(Limits.WaitingBytes / 2, Limits.WaitingBytes + ((Limits.OpenWindows + 1) * LargestWindow)));
        AssertIsAsSorted(files, info, rows);
    }

    [Test]
    public void Add_OrderBreaks_LeavesAShareOfTheMemoryToTheParts()
    {
        SegmentRow[] rows = [.. Rows(Windows), Rows(Windows)[0] with { Cells = [] }];
        SimFileSystem files = NewFiles();
        long before = 0;
        using SegmentWriter writer = Create(files, Limits);
        Array.ForEach(rows, row => SegmentSample.Add(writer, SegmentSample.Type, row));
        for (int i = 0; i < Limits.FirstRows + 1; i++)
        {
            before = writer.IsOrdered ? writer.HeldBytes : before;
            SegmentSample.Add(writer, SegmentSample.Type, rows[^1]);
        }

        Assert.That(writer.IsOrdered, Is.False);
        Assert.That(before, Is.GreaterThan(Limits.WaitingBytes / 2), "parts were in memory");
        const long Batch = 32 << 10;
        Assert.That(writer.HeldBytes, Is.LessThan((Limits.WaitingBytes / 8) + Batch));
        AssertIsAsSorted(files, writer.Finish(), [.. rows, .. Enumerable.Repeat(rows[^1], Limits.FirstRows + 1)]);
    }

    /// <summary>The name of a segment may end like the name of another one's temporary file.</summary>
    [Test]
    public void Create_BesideAWriterWhoseTemporaryFilesBeginWithTheName_LeavesThem(
        [Values("part000001", "part000002", "run000001", "patches", "new", "lock", "1")] string end, [Values] bool breaks)
    {
        SegmentRow[] rows = Rows(stretch: 1);
        rows = breaks ? [.. rows, .. rows, .. rows[..Users]] : rows;
        SimFileSystem files = NewFiles();
        OrderedLimits limits = Limits with { WaitingBytes = 0, FirstPartBytes = 0 };
        SegmentRow[] others = [.. SegmentSample.Rows(new Random(1), 300, RowMarks.Insert, RowMarks.Correct)];
        string path = $"{SegmentSample.Path}.{end}";
        using SegmentWriter writer = Create(files, limits);
        int half = rows.Length / 2;
        Array.ForEach(rows[..half], row => SegmentSample.Add(writer, SegmentSample.Type, row));
        using SegmentWriter other = SegmentWriter.Create(
            files, path, SegmentSample.Type, SegmentSample.Options, memoryBudgetBytes: 64 << 10);
        Array.ForEach(others, row => SegmentSample.Add(other, SegmentSample.Type, row));
        Array.ForEach(rows[half..], row => SegmentSample.Add(writer, SegmentSample.Type, row));
        other.Finish();
        AssertIsAsSorted(files, writer.Finish(), rows);
        SegmentFile segment = SegmentContent.Open(files, path);
        Assert.That(SegmentVerifier.Verify(segment, _ => { }), Is.Not.Empty);
        Assert.That(files.ListFiles("/offline"), Is.EquivalentTo(["day.seg", $"day.seg.{end}"]));
    }

    [Test]
    public void Write_AfterClose_IsRefused()
    {
        using WaitingPart part = new(NewFiles(), "/offline/part.tmp", "a header"u8.ToArray());
        part.Write(0, new byte[100]);
        part.MoveToFile();
        part.Close();
        Assert.That(() => part.Write(100, new byte[1]), Throws.InvalidOperationException);
        byte[] read = new byte[200];
        Assert.That((part.Length, part.Read(0, read), part.TakeFile("/offline/x")), Is.EqualTo((100L, 100, (SegmentOutput?)null)));
    }

    // Window by window, each with the same users: stretches of windows, oldest first, and the stretch before them after them.
    private static SegmentRow[] Rows(int stretch)
    {
        Random random = new(5);
        List<SegmentRow> rows = [];
        for (int i = 0; i < Windows; i++)
        {
            int window = Windows - stretch - (i / stretch * stretch) + (i % stretch);
            long start = SegmentSample.Start + (window * 24 * SegmentSample.Hour);
            for (ulong user = 1; user <= Users; user++)
            {
                byte[] blob = new byte[BlobBytes];
                random.NextBytes(blob);
                SortedDictionary<string, SegmentCell> cells = new() { ["blob"] = new SegmentCell(ColumnState.Value, blob) };
                rows.Add(new SegmentRow(UserId.From(user), start + 5, user, RowMarks.Correct, cells));
            }
        }

        return [.. rows];
    }

    private static SegmentInfo Write(IFileSystem files, SegmentRow[] rows, OrderedLimits limits, Action<SegmentWriter> look)
    {
        using SegmentWriter writer = Create(files, limits);
        foreach (SegmentRow row in rows)
        {
            SegmentSample.Add(writer, SegmentSample.Type, row);
            look(writer);
        }

        return writer.Finish();
    }

    private static void AssertIsAsSorted(IFileSystem files, SegmentInfo info, SegmentRow[] rows)
    {
        SegmentRow[] shuffled = [.. rows];
        new Random(11).Shuffle(shuffled);
        SimFileSystem sorted = NewFiles();
        SegmentInfo expected = Write(sorted, shuffled, Limits with { FirstRows = int.MaxValue }, _ => { });
        Assert.That(info with { SpilledRuns = 0 }, Is.EqualTo(expected with { SpilledRuns = 0 }));
        Assert.That(Bytes(files), Is.EqualTo(Bytes(sorted)));
    }

    private static SegmentWriter Create(IFileSystem files, OrderedLimits limits) => SegmentWriter.Create(
        files, SegmentSample.Path, SegmentSample.Type, SegmentSample.Options, orderedLimits: limits);

    private static SimFileSystem NewFiles()
    {
        SimFileSystem files = new(record: false);
        files.CreateDirectory("/offline");
        return files;
    }

    private static byte[] Bytes(IFileSystem files)
    {
        using IFile file = files.Open(SegmentSample.Path, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }
}
