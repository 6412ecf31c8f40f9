using System.Runtime.InteropServices;
using Signals.Storage.Engine.Context;
using Signals.Storage.Heads;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;

namespace Signals.Tests.Storage.Heads;

/// <summary>Heads take spare arenas of the memtables: only what ingest can spare, within their limit, and without old rows.</summary>
[Category("Fast")]
internal sealed class HeadMemoryTests
{
    private const int Segments = 4; // as many as so little memory is cut into
    private const int Segment = 16 << 10;
    private const int ArenaSegments = 2;

    private static readonly UserId Reader = UserId.From(1);

    private static long _values = 0x0123_4567_89AB_0000;

    private long _oldRow;
    private ReadEpochs _epochs = null!;
    private MemArenaPool _arenas = null!;

    [SetUp]
    public void MakeArenas()
    {
        _oldRow = Interlocked.Increment(ref _values); // memory that another test gave back may hold its value
        _epochs = new ReadEpochs();
        _arenas = new MemArenaPool(ArenaSegments * Segment, keep: 2, TimeProvider.System);
    }

    [TearDown]
    public void FreeArenas()
    {
        _arenas.Dispose();
        _epochs.Dispose();
    }

    [Test]
    public void TryTake_TwoSpareArenas_UsesOneAndKeepsNoOldRow()
    {
        using HeadMemory memory = NewMemory();
        Spare(2);
        Fill(memory, segments: 3, memory.RegionBytes);
        Assert.That((_arenas.LiveCount, memory.UsedBytes, memory.HeldBytes), Is.EqualTo((1, 3L * Segment, 3L * Segment)));
        Assert.That(memory.TestCopiesOf(_oldRow), Is.Zero);
    }

    [Test]
    public void TryTake_ArenaIsNotUsedUp_ItsRestCountsAsHeld()
    {
        using HeadMemory memory = NewMemory();
        Spare(2);
        Fill(memory, segments: 2, memory.RegionBytes);
        Assert.That((memory.UsedBytes, memory.HeldBytes), Is.EqualTo((2L * Segment, 3L * Segment)));
    }

    [TestCase(1, ArenaSegments, Segments, TestName = "TryTake_OneSpareArena_LeavesIt")]
    [TestCase(2, Segments, 2, TestName = "TryTake_LessAllowedThanHalfAnArena_LeavesIt")]
    [TestCase(2, 2 * Segments, 2 * Segments, TestName = "TryTake_FewerSegmentsThanHalfAnArena_LeavesIt")]
    public void TryTake_ArenaDoesNotSuit_LeavesIt(int spares, int arenaSegments, int allowed)
    {
        _arenas.Dispose();
        _arenas = new MemArenaPool(arenaSegments * Segment, keep: 2, TimeProvider.System);
        using HeadMemory memory = NewMemory();
        Spare(spares);
        Fill(memory, segments: 2, (long)allowed * Segment);
        Assert.That((_arenas.LiveCount, memory.UsedBytes, memory.HeldBytes), Is.EqualTo((spares, 2L * Segment, 2L * Segment)));
    }

    [Test]
    public unsafe void TryTake_EverySegmentIsFull_HeadsLieApartAndTheLimitHolds()
    {
        using HeadMemory memory = NewMemory();
        Spare(2);
        HashSet<nint> heads = [];
        while (true)
        {
            Head* head = memory.TryTake(Reader, Segment / 2, memory.RegionBytes, out _);
            if (head == null)
            {
                break;
            }

            new Span<byte>(head, Segment / 2).Fill(7); // inside of memory that it owns
            heads.Add((nint)head);
        }

        nint[] ordered = [.. heads.Order()];
        Assert.That(ordered, Has.Length.EqualTo(2 * Segments));
        Assert.That(ordered.Zip(ordered.Skip(1), (one, next) => next - one), Is.All.AtLeast((nint)(Segment / 2)));
        Assert.That(memory.HeldBytes, Is.EqualTo(memory.RegionBytes));
    }

    /// <summary>With the default options, an arena is larger than all heads.</summary>
    [Test]
    [Platform("Linux", Reason = "elsewhere the rest of an arena cannot be given back")]
    public void TryTake_DefaultSizes_UsesTheArenaAsFarAsItFits()
    {
        EngineOptions defaults = new StoreOptions().Validate();
        _arenas.Dispose();
        _arenas = new MemArenaPool(defaults.MemTableBytes, keep: 2, TimeProvider.System);
        using HeadMemory memory = new(defaults.HeadCacheBytes - (8 << 20), _epochs, _arenas);
        MemArena[] spare = [_arenas.Rent(), _arenas.Rent()];
        Array.ForEach(spare, _arenas.Return);
        for (int segment = 0; segment < 2; segment++)
        {
            TakeSegment(memory, memory.RegionBytes);
        }

        Assert.That((_arenas.LiveCount, memory.HeldBytes), Is.EqualTo((1, memory.RegionBytes)));
    }

    [Test]
    public void Trim_HeadsMayTakeLess_GivesBackWhatWaitsAndGoesOn()
    {
        using HeadMemory memory = NewMemory();
        Spare(2);
        Fill(memory, segments: 2, memory.RegionBytes);
        memory.Trim(3L * Segment);
        Assert.That(memory.HeldBytes, Is.EqualTo(3L * Segment), "that is allowed");
        memory.Trim(2L * Segment);
        Assert.That(memory.HeldBytes, Is.EqualTo(2L * Segment));
        Fill(memory, segments: 2, memory.RegionBytes);
        Assert.That(memory.HeldBytes, Is.EqualTo(4L * Segment));
    }

    [Test]
    [Platform("Linux", Reason = "elsewhere nothing is given back")]
    public unsafe void GiveBack_PartsOfPages_StayAsTheyAre()
    {
        const int page = 4096;
        byte* memory = (byte*)NativeMemory.AlignedAlloc(4 * page, page);
        try
        {
            Span<byte> bytes = new(memory, 4 * page);
            bytes.Fill(7);
            HugePages.GiveBack(memory + 1, (3 * page) + 1);
            Assert.That(bytes[..page].IndexOfAnyExcept((byte)7), Is.Negative);
            Assert.That(bytes[page..(3 * page)].IndexOfAnyExcept((byte)0), Is.Negative);
            Assert.That(bytes[(3 * page)..].IndexOfAnyExcept((byte)7), Is.Negative);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private HeadMemory NewMemory() => new(Segments * Segment, _epochs, _arenas);

    private static void Fill(HeadMemory memory, int segments, long allowed)
    {
        for (int segment = 0; segment < segments; segment++)
        {
            TakeSegment(memory, allowed);
        }
    }

    private static unsafe void TakeSegment(HeadMemory memory, long allowed) =>
        Assert.That(memory.TryTake(Reader, memory.SegmentBytes, allowed, out _) != null);

    // Leaves spare arenas full of old rows.
    private unsafe void Spare(int count)
    {
        MemArena[] arenas = [.. Enumerable.Range(0, count).Select(_ => _arenas.Rent())];
        foreach (MemArena arena in arenas)
        {
            new Span<long>(arena.Pointer(0), (int)(arena.Capacity / sizeof(long))).Fill(_oldRow);
            _arenas.Return(arena);
        }
    }
}
