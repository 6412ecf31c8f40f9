using System.Runtime.InteropServices;
using Signals.Offline;
using Signals.Storage.FileSystem;
using Signals.Storage.Segments;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Segments;

/// <summary>Corrections of many events in one call give the bytes that they give one by one, and a wrong call adds nothing.</summary>
[Category("Fast")]
internal sealed class CorrectManyTests
{
    private const long Budget = 256 << 10;

    private static readonly OrderedLimits Limits = new(
        FirstRows: 64, WaitingBytes: 1 << 20, FirstPartBytes: 1 << 10, OpenWindows: 4, DirectoryBytes: 1 << 20);

    private static EventTypeSchema Type => SegmentSample.Type;

    [Test]
    public void Correct_ManyAtOnce_GivesTheBytesOfOneByOne([Values] bool ordered, [Values(1, 7, 64, 1000)] int most)
    {
        Rows rows = new(3000, ordered);
        byte[] expected = Write(writer => rows.AddOneByOne(writer));
        byte[] found = Write(writer => rows.AddAtOnce(writer, most, new Random(most)));
        Assert.That(found, Is.EqualTo(expected));
    }

    [Test]
    public void Correct_ManyAtOnce_StaysWithinTheBudget()
    {
        Rows rows = new(20_000, ordered: false);
        SimFileSystem files = NewFiles();
        using SegmentWriter writer = SegmentWriter.Create(files, SegmentSample.Path, Type, SegmentSample.Options, Budget, Limits);
        rows.AddAtOnce(writer, rows.Count, new Random(1));
        SegmentInfo info = writer.Finish();
        Assert.That(info.SpilledRuns, Is.GreaterThan(1));
        Assert.That(writer.PeakHeldBytes, Is.LessThanOrEqualTo(Budget));
    }

    [Test]
    public void Correct_BetweenOtherCalls_KeepsTheirColumnsApart()
    {
        Rows rows = new(100, ordered: true);
        byte[] expected = Write(writer => Mix(writer, () => rows.AddOneByOne(writer)));
        byte[] found = Write(writer => Mix(writer, () => rows.AddAtOnce(writer, 100, new Random(1))));
        Assert.That(found, Is.EqualTo(expected));

        static void Mix(SegmentWriter writer, Action add)
        {
            writer.Correct(UserId.From(5000), SegmentSample.Start, 1).Set("price", 3L);
            add();
            writer.Correct(UserId.From(6000), SegmentSample.Start, 1).Set("price", 4L);
            add();
        }
    }

    [Test]
    public void Correct_BooleansThatAreNeither0Nor1_AreTrue()
    {
        byte[] bytes = [0, 1, 2, 255];
        Rows rows = new(4, ordered: true);
        byte[] found = Write(writer => writer.Correct(
            rows.Users, rows.Times, rows.Ids, Type.Column<bool>("organic"), MemoryMarshal.Cast<byte, bool>(bytes)));
        byte[] expected = Write(writer => writer.Correct(
            rows.Users, rows.Times, rows.Ids, Type.Column<bool>("organic"), new[] { false, true, true, true }));
        Assert.That(found, Is.EqualTo(expected));
    }

    [Test]
    public void Correct_ColumnOfAnotherDeclaration_IsFoundByName()
    {
        EventTypeSchema other = StoreSchema.Define(schema => schema.EventType("view", type => type.Field<long>("price")))["view"];
        Rows rows = new(4, ordered: true);
        long[] prices = [1, 2, 3, 4];
        byte[] found = Write(writer => writer.Correct(rows.Users, rows.Times, rows.Ids, other.Column<long>("price"), prices));
        byte[] expected = Write(writer => writer.Correct(rows.Users, rows.Times, rows.Ids, Type.Column<long>("price"), prices));
        Assert.That(found, Is.EqualTo(expected));
    }

    [Test]
    public void Correct_WrongCall_NamesItAndAddsNothing()
    {
        EventTypeSchema other = StoreSchema.Define(schema => schema.EventType("view", type => type.Field<int>("price")))["view"];
        Rows rows = new(4, ordered: true);
        byte[] expected = Write(writer => rows.AddOneByOne(writer));
        byte[] found = Write(writer =>
        {
            long[] prices = [1, 2, 3, 4];
            long[] times = [.. rows.Times];
            times[2] = long.MaxValue;
            Column<long> price = Type.Column<long>("price");
            Assert.That(
                () => writer.Correct(rows.Users, times, rows.Ids, price, prices),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains($"event {rows.Ids[2]} of user {rows.Users[2]}"));
            Assert.That(
                () => writer.Correct(rows.Users, rows.Times, rows.Ids, price, prices.AsSpan(1)),
                Throws.ArgumentException.With.Message.Contains("4 users, 4 times, 4 ids and 24 bytes of values of 'price'"));
            Assert.That(
                () => writer.Correct(rows.Users, rows.Times.AsSpan(1), rows.Ids, price, prices), Throws.ArgumentException);
            Assert.That(
                () => writer.Correct(rows.Users, rows.Times, rows.Ids.AsSpan(1), price, prices), Throws.ArgumentException);
            Assert.That(
                () => writer.Correct(rows.Users, rows.Times, rows.Ids, other.Column<int>("price"), [1, 2, 3, 4]),
                Throws.ArgumentException.With.Message.Contains("'view' has no column with the name and type"));
            Assert.That(
                () => writer.Correct(rows.Users, rows.Times, rows.Ids, default(Column<int>), [1, 2, 3, 4]), Throws.ArgumentException);
            rows.AddAtOnce(writer, 4, new Random(1));
        });
        Assert.That(found, Is.EqualTo(expected));
    }

    private static byte[] Write(Action<SegmentWriter> add)
    {
        SimFileSystem files = NewFiles();
        using SegmentWriter writer = SegmentWriter.Create(files, SegmentSample.Path, Type, SegmentSample.Options, 1 << 20, Limits);
        add(writer);
        writer.Finish();
        using IFile file = files.Open(SegmentSample.Path, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private static SimFileSystem NewFiles()
    {
        SimFileSystem files = new();
        files.CreateDirectory("/offline");
        return files;
    }

    /// <summary>Rows of events over three windows with a vector each.</summary>
    private sealed class Rows
    {
        private const int Dimensions = 4;

        private readonly sbyte[] _vectors;

        public Rows(int count, bool ordered)
        {
            Random random = new(count);
            var events = Enumerable.Range(0, count)
                .Select(i => (
                    User: UserId.From((ulong)random.Next(1, 200)), Time: SegmentSample.Start + (i * 73 % 60 * SegmentSample.Hour)))
                .ToArray();
            events = ordered ? [.. events.OrderBy(row => row.User).ThenByDescending(row => row.Time)] : events;
            Users = [.. events.Select(row => row.User)];
            Times = [.. events.Select(row => row.Time)];
            Ids = [.. Enumerable.Range(0, count).Select(i => (ulong)i)];
            _vectors = new sbyte[count * Dimensions];
            random.NextBytes(MemoryMarshal.AsBytes(_vectors.AsSpan()));
        }

        public int Count => Users.Length;

        public UserId[] Users { get; }

        public long[] Times { get; }

        public ulong[] Ids { get; }

        public void AddOneByOne(SegmentWriter writer)
        {
            for (int i = 0; i < Count; i++)
            {
                writer.Correct(Users[i], Times[i], Ids[i]).Set("tiny", (ReadOnlySpan<sbyte>)_vectors.AsSpan(i * Dimensions, Dimensions));
            }
        }

        public void AddAtOnce(SegmentWriter writer, int most, Random random)
        {
            Column<sbyte> column = Type.Column<sbyte>("tiny");
            int count;
            for (int at = 0; at < Count; at += count)
            {
                count = Math.Min(random.Next(most / 2, most + 1), Count - at);
                writer.Correct(
                    Users.AsSpan(at, count),
                    Times.AsSpan(at, count),
                    Ids.AsSpan(at, count),
                    column,
                    _vectors.AsSpan(at * Dimensions, count * Dimensions));
            }
        }
    }
}
